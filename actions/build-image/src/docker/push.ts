import { Failure } from "../../../shared/failure.ts";
import type { BuildOrder } from "../builder.ts";
import type { BuildEnvironment } from "../environment.ts";
import type { RunCommand } from "./docker-command.ts";
import { explainFailure, isPassing } from "./explain.ts";
import { followProgress, type Progress } from "./progress.ts";

/** BuildKit retries on its own, but an engine without an image store gives up at a manifest's first refusal. */
const pauseMs = 2_000;

/** Builds and pushes; a second time when the registry had a fault, with everything but the push cached. */
export async function buildAndPush(
  run: RunCommand,
  { args, variables }: { readonly args: readonly string[]; readonly variables: NodeJS.ProcessEnv },
  { destination }: BuildOrder,
  { log, clock, signal }: BuildEnvironment,
): Promise<Progress> {
  log.info(`docker ${args.map(quote).join(" ")}`);
  for (let mayRepeat = true; ; mayRepeat = false) {
    const { note, progress } = followProgress();
    const onLine = (line: string) => {
      note(line);
      log.info(line);
    };
    const { exitCode, stderr } = await run("docker", args, { variables, onLine });
    const ended = progress();
    if (exitCode === 0) return warnOfCache(ended, log);
    if (!mayRepeat || !isPassing(ended)) throw explainFailure({ ...ended, destination, stderr });
    log.info(`The registry failed (${ended.error}); pushing again in ${pauseMs / 1000} s`);
    await clock.wait(pauseMs, signal);
  }
}

/** Reads the digest of buildx's result. */
export function digestIn(metadata: string): string {
  const digest = (JSON.parse(metadata) as Record<string, unknown>)["containerimage.digest"];
  if (typeof digest === "string") return digest;
  throw new Failure("docker buildx build did not report the digest of the image", {
    nextStep: "run docker/setup-buildx-action before this step to get a newer buildx.",
  });
}

function warnOfCache(progress: Progress, log: BuildEnvironment["log"]): Progress {
  const refused = progress.steps.find(({ name, error }) => error && name.startsWith("exporting cache"));
  if (refused) log.warning(`Could not write the build cache, so the next build is slower: ${refused.error}`);
  return progress;
}

function quote(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}
