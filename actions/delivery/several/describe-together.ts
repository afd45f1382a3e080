import {
  DescribeServicesCommand,
  type DescribeServicesCommandOutput,
  type ECSClient,
} from "@aws-sdk/client-ecs";
import { lastSegment } from "../../core/arn.ts";
import { isThrottled, isTransient } from "../../core/aws-errors.ts";
import type { StepContext } from "../../core/context.ts";

type Input = DescribeServicesCommand["input"];
type Read = PromiseWithResolvers<DescribeServicesCommandOutput> & { readonly name: string };

/** ECS API reference, DescribeServices: the longest list. */
const most = 10;
/** How long a read waits for others, which poll every few seconds. */
const windowMs = 1_000;

/**
 * Returns the client with another DescribeServices: reads of one service wait for those of others, up to ten or as many
 * as are in progress, for a second at most. Every response is younger than its read. Where AWS refuses a call for
 * several, each read is a call of its own.
 */
export function describeTogether(
  ecs: ECSClient,
  { clock, signal }: Pick<StepContext, "clock" | "signal">,
  inProgress: () => number,
): ECSClient {
  const waiting = new Map<string, Read[]>();

  async function sendAll(rest: object, reads: readonly Read[]): Promise<void> {
    const services = [...new Set(reads.map(({ name }) => name))];
    try {
      const found = await ecs.send(new DescribeServicesCommand({ ...rest, services }), {
        abortSignal: signal,
      });
      for (const { name, resolve } of reads) resolve(responseFor(name, found));
    } catch (error) {
      const isOwn = reads.length === 1 || signal.aborted || isThrottled(error) || isTransient(error);
      for (const each of reads) isOwn ? each.reject(error) : void sendAll(rest, [each]);
    }
  }

  function read(name: string, rest: object): Promise<DescribeServicesCommandOutput> {
    const key = JSON.stringify(rest);
    const reads = waiting.get(key) ?? [];
    const own = { name, ...Promise.withResolvers<DescribeServicesCommandOutput>() };
    const flush = () => {
      if (waiting.get(key) === reads && waiting.delete(key)) void sendAll(rest, reads);
    };
    waiting.set(key, reads);
    reads.push(own);
    if (reads.length >= Math.min(most, inProgress())) flush();
    // After an abort, the call itself fails.
    else if (reads.length === 1) clock.wait(windowMs, signal).then(flush, flush);
    return own.promise;
  }

  const send = (command: { readonly input: Input }, ...options: unknown[]) => {
    const { services: [name, other] = [], ...rest } = command.input;
    return command instanceof DescribeServicesCommand && name && !other
      ? read(name, rest)
      : Reflect.apply(ecs.send, ecs, [command, ...options]);
  };
  return Object.assign(Object.create(ecs), { send });
}

function responseFor(name: string, found: DescribeServicesCommandOutput): DescribeServicesCommandOutput {
  return {
    ...found,
    services: found.services?.filter(({ serviceName }) => serviceName === name),
    failures: found.failures?.filter(({ arn }) => lastSegment(arn ?? "") === name),
  };
}
