import { isThrottled, isTransient } from "../../../shared/aws-errors.ts";
import { formatDuration } from "../../../shared/duration.ts";
import type { EcsWorld } from "../../../shared/ecs/world.ts";

/** The SDK has retried for seconds already; an outage of a region or a runner's network that lasts longer than this rarely ends soon. */
const outageMs = 5 * 60_000;

/**
 * Asks AWS while something is waited for: undefined when it throttles, or cannot answer for the moment, which is said.
 * Throws what does not pass by itself, and what has not passed for five minutes.
 */
export function createPatience({ clock, log, signal }: EcsWorld) {
  let failingSince: number | undefined;
  return async <T>(call: () => Promise<T>): Promise<T | undefined> => {
    try {
      const answer = await call();
      if (failingSince !== undefined) log.info("AWS answers again.");
      failingSince = undefined;
      return answer;
    } catch (error) {
      if (isThrottled(error)) {
        log.info("AWS throttles; asking less often.");
        return undefined;
      }
      if (signal.aborted || !isTransient(error)) throw error;
      if (failingSince === undefined)
        log.warning(
          `AWS does not answer (${(error as Error).message}); asking on for ${formatDuration(outageMs)}.`,
        );
      failingSince ??= clock.now();
      if (clock.now() - failingSince >= outageMs) throw error;
      return undefined;
    }
  };
}
