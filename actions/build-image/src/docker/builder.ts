import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../../shared/failure.ts";
import type { Destination } from "../../../shared/registry/destination/destination.ts";
import { ecrRegion, logIn } from "../../../shared/registry/ecr-login.ts";
import { parseImageName } from "../../../shared/registry/image-name.ts";
import type { Credentials } from "../../../shared/registry/token.ts";
import { markdownTable } from "../../../shared/summary.ts";
import type { BuildEnvironment, Builder, BuildOrder, Built, Ingredients } from "../builder.ts";
import { buildCommand, cacheTag, checkCache, labelsOf, readCommit } from "./arguments.ts";
import { type Names, readNames, resolveBases } from "./bases.ts";
import { createDockerConfig, createRunCommand, type RunCommand } from "./docker-command.ts";
import { checkEngine, explainFailure, isPassing } from "./explain.ts";
import type { DockerInputs } from "./inputs.ts";
import {
  dockerfileSteps,
  followProgress,
  getPushed,
  type Progress,
  partsOfBuild,
  type Step,
} from "./progress.ts";

/** Facts from the Dockerfile, read once for the source and for the build. */
interface Dockerfile {
  readonly text: string;
  readonly names: Names;
  /** Digest of each base that is named without one, as far as it is known. */
  readonly bases: ReadonlyMap<string, string>;
}

/** Runs a Dockerfile with BuildKit through `docker buildx build`. */
export function createDockerBuilder(inputs: DockerInputs, environment: BuildEnvironment): Builder {
  for (const secret of inputs.secrets.values()) if ("value" in secret) environment.mask(secret.value);
  let reading: Promise<Dockerfile> | undefined;
  const read = () => {
    reading ??= readDockerfile(inputs, environment);
    return reading;
  };
  return {
    ignoreFile: `${inputs.dockerfile}.dockerignore`,
    readIngredients: async () => ingredients(inputs, await read()),
    build: async (order) => build(inputs, await read(), order, environment),
  };
}

async function readDockerfile(inputs: DockerInputs, environment: BuildEnvironment): Promise<Dockerfile> {
  const text = await readFile(inputs.dockerfile, "utf8");
  const names = readNames(text, inputs);
  for (const reference of names.unknown)
    environment.log.info(
      `${reference}: only Docker can find this image; only its name is part of the source digest`,
    );
  return { text, names, bases: await resolveBases(names.images, environment) };
}

/** Includes only the names of secrets: a value may change, as tokens do, without making another image. */
function ingredients(inputs: DockerInputs, { text, names, bases }: Dockerfile): Ingredients {
  const { kind, target, platforms, buildArgs, secrets, provenance, sbom } = inputs;
  return {
    kind,
    dockerfile: text,
    target: target ?? null,
    platforms: [...platforms].sort(),
    buildArgs: Object.fromEntries(buildArgs),
    secrets: [...secrets.keys()].sort(),
    bases: Object.fromEntries(names.images.map((image) => [image, bases.get(image) ?? image])),
    provenance,
    sbom,
  };
}

async function build(
  inputs: DockerInputs,
  { names, bases }: Dockerfile,
  order: BuildOrder,
  environment: BuildEnvironment,
): Promise<Built> {
  const { destination, folder, context } = order;
  checkCache(inputs, destination, environment.variables);
  const logins = await loginsFor(destination, names.images, environment);
  const variables = await createDockerConfig(join(folder, "docker"), environment.variables, logins);
  const run = createRunCommand(environment);
  const [commit] = await Promise.all([
    readCommit(context, environment.variables, run),
    checkEngine(inputs, run, { variables }),
  ]);
  const metadata = join(folder, "metadata.json");
  const labels = new Map([...labelsOf(commit), ...order.labels]);
  const { args, secrets } = buildCommand(inputs, { order, labels, bases, metadata });
  // buildx passes it as a build argument: the times in the image's configuration are the commit's.
  const epoch = commit.time === undefined ? {} : { SOURCE_DATE_EPOCH: String(commit.time) };
  const command = { args, variables: { ...epoch, ...variables, ...secrets } };
  const remove = () => removeFromEngine(order, variables, environment);
  const { steps, driver } = await buildAndPush(run, command, order, environment).catch(async (error) => {
    await remove();
    throw error;
  });
  const [built] = await Promise.all([
    describe(inputs, names, order, { metadata, steps }),
    driver === "docker" && remove(),
  ]);
  return built;
}

async function describe(
  { cache, target }: DockerInputs,
  { finalStage }: Names,
  { destination }: BuildOrder,
  { metadata, steps }: { readonly metadata: string; readonly steps: readonly Step[] },
): Promise<Built> {
  const manifest = await getPushed(destination, digestIn(await readFile(metadata, "utf8")));
  // A fixed tag finds the cache in the image.
  if (cache === "inline")
    await destination.registry.putManifest(destination.name, cacheTag(target), manifest);
  const parts = await partsOfBuild(destination, manifest, { steps, finalStage });
  return { manifest, tagged: true, parts, record: recordOf(steps) };
}

/** An engine keeps what it pushes, under the tag of the source, and would fill up self-hosted runners. */
async function removeFromEngine(
  { destination, sourceTag }: BuildOrder,
  variables: NodeJS.ProcessEnv,
  { clock }: BuildEnvironment,
): Promise<void> {
  // Runs also after the step was cancelled, and without an image.
  const run: RunCommand = createRunCommand({ clock, signal: new AbortController().signal });
  await run("docker", ["image", "rm", `${destination.uri}:${sourceTag}`], { variables }).catch(() => {});
}

/**
 * Returns the logins that Docker needs besides the user's own, by host: the destination's and those of bases in ECR.
 */
async function loginsFor(
  { host, credentials }: Destination,
  images: readonly string[],
  environment: BuildEnvironment,
): Promise<ReadonlyMap<string, Credentials>> {
  const hosts = new Set(images.map((image) => parseImageName(image)?.host ?? ""));
  hosts.delete(host);
  const logins = await Promise.all([...hosts].map((each) => logInToEcr(each, environment)));
  return new Map([...logins.flat(), ...(credentials ? [[host, credentials] as const] : [])]);
}

async function logInToEcr(
  host: string,
  { createEcr, log, mask, signal }: BuildEnvironment,
): Promise<[string, Credentials][]> {
  const region = ecrRegion(host);
  if (region === undefined) return [];
  try {
    return [[host, await logIn(await createEcr(region), mask, signal)]];
  } catch (error) {
    if (signal.aborted) throw error;
    // The user may have logged in there.
    log.info(`The job has no usable login for ${host}: ${(error as Error).message}`);
    return [];
  }
}

/** Returns the record of a build for the job summary: every step of the Dockerfile, and other steps that took time. */
function recordOf(steps: readonly Step[]): string {
  const own = new Map(dockerfileSteps(steps).map((step) => [step.name, step]));
  const shown = steps.flatMap((step) => own.get(step.name) ?? ((step.seconds ?? 0) >= 1 ? [step] : []));
  const rows = shown.map(({ name, cached, seconds = 0 }) => [
    name,
    cached ? "cached" : `${seconds.toFixed(1)} s`,
  ]);
  return markdownTable(["Step", "Time"], rows);
}

/** BuildKit retries on its own, but an engine without an image store gives up at a manifest's first refusal. */
const pauseMs = 2_000;

/** Builds and pushes; a second time when the registry had a fault, with everything but the push cached. */
async function buildAndPush(
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
function digestIn(metadata: string): string {
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
