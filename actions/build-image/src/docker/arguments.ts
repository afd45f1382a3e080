import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { platformName } from "../../../registry/oci.ts";
import type { BuildEnvironment, Order } from "../builder.ts";
import type { RunCommand } from "./docker-command.ts";
import type { DockerInputs } from "./inputs.ts";

interface CommandParts {
  readonly order: Order;
  /** All labels, including the order's. */
  readonly labels: ReadonlyMap<string, string>;
  /** File that buildx writes its result into. */
  readonly metadata: string;
}

/** Returns the arguments of `docker buildx build`. */
export function buildCommand(inputs: DockerInputs, { order, labels, metadata }: CommandParts): string[] {
  const { dockerfile, platforms, target, buildArgs, buildContexts, secretFiles, provenance, sbom } = inputs;
  return [
    "buildx",
    "build",
    ...["--file", resolve(dockerfile)],
    ...output(inputs, order),
    ...["--progress", "plain", "--metadata-file", metadata],
    ...["--platform", platforms.map(platformName).join(",")],
    ...(target === undefined ? [] : ["--target", target]),
    ...pairs("--build-arg", buildArgs),
    ...pairs("--build-context", buildContexts),
    ...pairs("--label", labels),
    ...[...secretFiles].flatMap(([id, file]) => ["--secret", `id=${id},${csvField(`src=${resolve(file)}`)}`]),
    ...cacheArguments(inputs),
    `--provenance=${provenance === "none" ? "false" : `mode=${provenance}`}`,
    `--sbom=${sbom}`,
    resolve(order.context),
  ];
}

/**
 * ECR and some other registries refuse an attestation that refers to its image as its subject, which is BuildKit's
 * default since 0.32 (moby/buildkit#5747, #6171, #7007); older versions ignore the option.
 */
function output({ provenance, sbom }: DockerInputs, { destination, sourceTag, file = "" }: Order): string[] {
  const option = provenance !== "none" || sbom ? ",oci-artifact=false" : "";
  if (!destination) return ["--output", `type=oci,${csvField(`dest=${file}`)}${option}`];
  const push = option ? ["--output", `type=registry${option}`] : ["--push"];
  return ["--tag", `${destination.uri}:${sourceTag}`, ...push];
}

function pairs(option: string, values: ReadonlyMap<string, string>): string[] {
  return [...values].flatMap(([name, value]) => [option, `${name}=${value}`]);
}

/** Quotes an option for buildx, which reads it as a line of RFC 4180. */
function csvField(text: string): string {
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Warns when this step cannot use GitHub's cache. */
export function warnOfMissingCache(
  { cache }: DockerInputs,
  { variables, log }: Pick<BuildEnvironment, "variables" | "log">,
): void {
  const { ACTIONS_RUNTIME_TOKEN: token, ACTIONS_RESULTS_URL: url, ACTIONS_CACHE_URL: legacyUrl } = variables;
  // Without them buildx leaves the cache out and reports nothing.
  if (cache === "gha" && !(token && (url || legacyUrl)))
    log.warning(
      "Built without a cache: input cache is gha, but this step has no access to GitHub's cache (ACTIONS_RUNTIME_TOKEN, ACTIONS_RESULTS_URL), which a GitHub runner gives to steps with uses:.",
    );
}

/** A cache that cannot be written makes the next build slower but does not fail this one. */
function cacheArguments({ cache, target }: DockerInputs): string[] {
  if (cache === "none") return [];
  // Each target has its own, or they would overwrite one another.
  const scope = `type=gha,scope=${["build-cache", target?.toLowerCase()].filter(Boolean).join("-")}`;
  return ["--cache-from", scope, "--cache-to", `${scope},mode=max,ignore-error=true`];
}

/**
 * Reads the commit from the variables of the run, and its time, in seconds since the epoch, from the event of a push or
 * from Git; what the run does not show is undefined.
 */
export async function readCommit(context: string, variables: NodeJS.ProcessEnv, run: RunCommand) {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_SHA: revision } = variables;
  const time =
    revision === undefined
      ? undefined
      : ((await timeFromEvent(revision, variables)) ??
        (await timeFromGit(context, revision, variables, run)));
  return { source: server && repository ? `${server}/${repository}` : undefined, revision, time };
}

/** Returns labels of image-spec v1.1, annotations.md. */
export function labelsOf({
  source,
  revision,
  time,
}: Awaited<ReturnType<typeof readCommit>>): Map<string, string> {
  const created = time === undefined ? undefined : new Date(time * 1000).toISOString().replace(".000", "");
  const labels = Object.entries({ source, revision, created });
  return new Map(
    labels.flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[`org.opencontainers.image.${name}`, value]],
    ),
  );
}

async function timeFromEvent(revision: string, variables: NodeJS.ProcessEnv): Promise<number | undefined> {
  const text = await readFile(variables.GITHUB_EVENT_PATH ?? "", "utf8").catch(() => "{}");
  const { head_commit: commit } = JSON.parse(text) as { head_commit?: { id?: string; timestamp?: string } };
  const ms = commit?.id === revision ? Date.parse(commit.timestamp ?? "") : Number.NaN;
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1000);
}

async function timeFromGit(
  context: string,
  revision: string,
  variables: NodeJS.ProcessEnv,
  run: RunCommand,
): Promise<number | undefined> {
  const args = ["-C", context, "show", "--no-patch", "--format=%ct", revision];
  // Without Git, or outside of a checkout, the image has no time.
  const result = await run("git", args, { variables }).catch(() => undefined);
  return result?.exitCode === 0 ? Number(result.stdout.trim()) : undefined;
}
