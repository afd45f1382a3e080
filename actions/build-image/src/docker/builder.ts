import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Failure } from "../../../core/failure.ts";
import type { FetchedManifest } from "../../../registry/client.ts";
import type { Destination } from "../../../registry/destination/destination.ts";
import { platformName } from "../../../registry/oci.ts";
import {
  type BuildEnvironment,
  type Builder,
  type Built,
  type Ingredients,
  type Order,
  partsOf,
} from "../builder.ts";
import { createDockerConfig, createRunCommand, type RunCommand } from "./docker-command.ts";
import { explainFailure, mayPushAgain } from "./failure.ts";
import type { DockerInputs } from "./inputs.ts";

/** Runs a Dockerfile with BuildKit through `docker buildx build`. */
export function createDockerBuilder(inputs: DockerInputs, environment: BuildEnvironment): Builder {
  return {
    ignoreFile: `${inputs.dockerfile}.dockerignore`,
    readIngredients: async () => ingredients(inputs, await readFile(inputs.dockerfile, "utf8")),
    build: (order) => build(inputs, order, environment),
  };
}

/** Includes only the names of secrets: a value may change, as tokens do, without making another image. */
function ingredients(inputs: DockerInputs, dockerfile: string): Ingredients {
  const { kind, target, platforms, buildArgs, buildContexts, secretFiles, provenance, sbom } = inputs;
  const contexts = [...buildContexts].map(([name, value]) => [name, value.split("@")[1]]);
  return {
    kind,
    dockerfile,
    target: target ?? null,
    platforms: platforms.map(platformName).sort(),
    buildArgs: Object.fromEntries(buildArgs),
    // Earlier images of the same source have none.
    ...(contexts.length > 0 && { buildContexts: Object.fromEntries(contexts) }),
    secrets: [...secretFiles.keys()].sort(),
    provenance,
    sbom,
  };
}

async function build(inputs: DockerInputs, order: Order, environment: BuildEnvironment): Promise<Built> {
  const { destination, folder, context } = order;
  warnOfMissingCache(inputs, environment);
  const variables = await createDockerConfig(join(folder, "docker"), environment.variables, destination);
  const run = createRunCommand(environment);
  const commit = await readCommit(context, environment.variables, run);
  const metadata = join(folder, "metadata.json");
  const labels = new Map([...labelsOf(commit), ...order.labels]);
  const args = buildCommand(inputs, { order, labels, metadata });
  // buildx passes it as a build argument: the times in the image's configuration are the commit's.
  const epoch = commit.time === undefined ? {} : { SOURCE_DATE_EPOCH: String(commit.time) };
  try {
    await buildAndPush(run, { args, variables: { ...epoch, ...variables } }, order, environment);
    return await describe(order, await readFile(metadata, "utf8"));
  } finally {
    await removeFromEngine(order, variables, environment);
  }
}

async function describe({ destination, file = "" }: Order, metadata: string): Promise<Built> {
  const digest = digestIn(metadata);
  if (destination) {
    const manifest = await getPushed(destination, digest);
    return { manifest, tagged: true, parts: partsOf(manifest, "pushed") };
  }
  const { openArchive } = await import("../archive/oci-archive.ts");
  const { manifest } = await openArchive(file, digest);
  return { manifest, tagged: false, parts: partsOf(manifest, "written") };
}

/** Reads what was pushed a moment ago. */
async function getPushed({ registry, name, uri }: Destination, reference: string): Promise<FetchedManifest> {
  const manifest = await registry.getManifest(name, reference);
  if (manifest) return manifest;
  throw new Failure(`Docker reported that it pushed ${uri}@${reference}, but the registry does not have it`, {
    nextStep: "run the job again.",
  });
}

/** An engine keeps what it pushes, under the tag of the source, and would fill up self-hosted runners. */
async function removeFromEngine(
  { destination, sourceTag }: Order,
  variables: NodeJS.ProcessEnv,
  { clock }: BuildEnvironment,
): Promise<void> {
  if (!destination) return;
  // Runs also after the step was cancelled, and where the engine has no such image.
  const run: RunCommand = createRunCommand({ clock, signal: new AbortController().signal });
  await run("docker", ["image", "rm", `${destination.uri}:${sourceTag}`], { variables }).catch(() => {});
}

/** BuildKit retries on its own, but an engine without an image store gives up at a manifest's first refusal. */
const pauseMs = 2_000;

/** Builds and pushes; a second time when the registry had a fault, with everything but the push cached. */
async function buildAndPush(
  run: RunCommand,
  { args, variables }: { readonly args: readonly string[]; readonly variables: NodeJS.ProcessEnv },
  { destination }: Order,
  { log, clock, signal }: BuildEnvironment,
): Promise<void> {
  log.info(`docker ${args.map(quote).join(" ")}`);
  const onLine = (line: string) => log.info(line);
  for (let mayRepeat = true; ; mayRepeat = false) {
    const { exitCode, stderr } = await run("docker", args, { variables, onLine });
    if (exitCode === 0) return;
    const failure = explainFailure(stderr, destination);
    if (!mayRepeat || !mayPushAgain(stderr)) throw failure;
    log.info(`${failure.message}; pushing again in ${pauseMs / 1000} s`);
    await clock.wait(pauseMs, signal);
  }
}

/** Reads the digest of buildx's result. */
function digestIn(metadata: string): string {
  const digest = (JSON.parse(metadata) as Record<string, unknown>)["containerimage.digest"];
  if (typeof digest === "string") return digest;
  throw new Failure("docker buildx build did not report the digest of the image", {
    nextStep: "run docker/setup-buildx-action before this step to get a newer buildx.",
  });
}

function quote(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}

interface CommandParts {
  readonly order: Order;
  /** All labels, including the order's. */
  readonly labels: ReadonlyMap<string, string>;
  /** File that buildx writes its result into. */
  readonly metadata: string;
}

/** Returns the arguments of `docker buildx build`. */
function buildCommand(inputs: DockerInputs, { order, labels, metadata }: CommandParts): string[] {
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
function warnOfMissingCache(
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

/** A cache that cannot be written makes the next build slower and is no reason to fail this one. */
function cacheArguments({ cache, target }: DockerInputs): string[] {
  if (cache === "none") return [];
  // Each target has its own, or they would overwrite one another.
  const scope = `type=gha,scope=${["build-cache", target?.toLowerCase()].filter(Boolean).join("-")}`;
  return ["--cache-from", scope, "--cache-to", `${scope},mode=max,ignore-error=true`];
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
