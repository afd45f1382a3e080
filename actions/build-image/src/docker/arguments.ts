import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Failure } from "../../../core/failure.ts";
import type { Destination } from "../../../registry/destination/destination.ts";
import type { BuildEnvironment, Order } from "../builder.ts";
import type { RunCommand } from "./docker-command.ts";
import type { DockerInputs } from "./inputs.ts";

interface BuildCommand {
  readonly args: readonly string[];
  /** Variables from which BuildKit reads secrets; every process can read another's arguments. */
  readonly secrets: NodeJS.ProcessEnv;
}

interface CommandParts {
  readonly order: Order;
  /** All labels, including the order's. */
  readonly labels: ReadonlyMap<string, string>;
  /** File that buildx writes its result into. */
  readonly metadata: string;
}

export function buildCommand(inputs: DockerInputs, parts: CommandParts): BuildCommand {
  const { order, labels, metadata } = parts;
  const { dockerfile, platforms, target, buildArgs, buildContexts, provenance, sbom } = inputs;
  const secrets = secretArguments(inputs);
  const args = [
    "buildx",
    "build",
    ...["--file", resolve(dockerfile)],
    ...output(inputs, order),
    ...["--progress", "plain", "--metadata-file", metadata],
    ...["--platform", platforms.join(",")],
    ...(target === undefined ? [] : ["--target", target]),
    ...pairs("--build-arg", buildArgs),
    ...pairs("--build-context", buildContexts),
    ...pairs("--label", labels),
    ...secrets.args,
    ...cacheArguments(inputs, order.destination?.uri ?? ""),
    `--provenance=${provenance === "none" ? "false" : `mode=${provenance}`}`,
    `--sbom=${sbom}`,
    resolve(order.context),
  ];
  return { args, secrets: secrets.variables };
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

function secretArguments({ secrets }: DockerInputs) {
  const args: string[] = [];
  const variables: NodeJS.ProcessEnv = {};
  for (const [index, [id, secret]] of [...secrets].entries()) {
    const variable = `BUILD_IMAGE_SECRET_${index}`;
    if ("value" in secret) variables[variable] = secret.value;
    const from = "value" in secret ? `env=${variable}` : csvField(`src=${resolve(secret.file)}`);
    args.push("--secret", `id=${id},${from}`);
  }
  return { args, variables };
}

/** Quotes an option for buildx, which reads it as a line of RFC 4180. */
function csvField(text: string): string {
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Returns the destination's tag of the cache; each target has its own, or they would overwrite one another. */
export function cacheTag(target: string | undefined): string {
  return target === undefined ? "build-cache" : `build-cache-${target.toLowerCase()}`;
}

/** Throws when the repository cannot store the requested cache; warns when this step cannot use GitHub's. */
export function checkCache(
  { cache, target }: DockerInputs,
  destination: Destination | undefined,
  { variables, log }: Pick<BuildEnvironment, "variables" | "log">,
): void {
  const tag = cacheTag(target);
  if ((cache === "registry" || cache === "inline") && destination?.isImmutable(tag))
    throw new Failure(
      `Input cache is ${cache}, but the tags of ${destination.uri} are immutable, ${tag} too`,
      {
        nextStep: `use cache gha, or exclude ${tag}* from the repository's tag immutability; nothing was changed.`,
      },
    );
  const { ACTIONS_RUNTIME_TOKEN: token, ACTIONS_RESULTS_URL: url, ACTIONS_CACHE_URL: legacyUrl } = variables;
  // Without them buildx leaves the cache out and reports nothing.
  if (cache === "gha" && !(token && (url || legacyUrl)))
    log.warning(
      "Built without a cache: input cache is gha, but this step has no access to GitHub's cache (ACTIONS_RUNTIME_TOKEN, ACTIONS_RESULTS_URL), which a GitHub runner gives to steps with uses:.",
    );
}

/**
 * Returns arguments of buildx. A cache that cannot be written makes the next build slower and is no reason to fail this
 * one.
 */
function cacheArguments({ cache, target }: DockerInputs, uri: string): string[] {
  const ref = `type=registry,ref=${uri}:${cacheTag(target)}`;
  const scope = `type=gha,scope=${cacheTag(target)}`;
  const byKind = {
    none: [],
    gha: ["--cache-from", scope, "--cache-to", `${scope},mode=max,ignore-error=true`],
    // ECR accepts a cache only as an image manifest of OCI's types: AWS blog, "Announcing remote cache support in
    // Amazon ECR".
    registry: [
      "--cache-from",
      ref,
      "--cache-to",
      `${ref},mode=max,image-manifest=true,oci-mediatypes=true,ignore-error=true`,
    ],
    inline: ["--cache-from", ref, "--cache-to", "type=inline"],
  };
  return byKind[cache];
}

/** The commit that is built, as far as the run shows it. */
interface Commit {
  /** Web address of its repository. */
  readonly source: string | undefined;
  readonly revision: string | undefined;
  /** Seconds since the epoch. */
  readonly time: number | undefined;
}

/** Reads the commit from the variables of the run, and its time from the event of a push or from Git. */
export async function readCommit(
  context: string,
  variables: NodeJS.ProcessEnv,
  run: RunCommand,
): Promise<Commit> {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_SHA: revision } = variables;
  const time =
    revision === undefined
      ? undefined
      : ((await timeFromEvent(revision, variables)) ??
        (await timeFromGit(context, revision, variables, run)));
  return { source: server && repository ? `${server}/${repository}` : undefined, revision, time };
}

/** Returns labels of image-spec v1.1, annotations.md. */
export function labelsOf({ source, revision, time }: Commit): Map<string, string> {
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
