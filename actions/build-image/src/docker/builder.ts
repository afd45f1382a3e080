import { readFile } from "node:fs/promises";
import { join } from "node:path";
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
import { buildCommand, labelsOf, readCommit, warnOfMissingCache } from "./arguments.ts";
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
