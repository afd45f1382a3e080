import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../../core/failure.ts";
import { markdownTable } from "../../../core/summary.ts";
import type { FetchedManifest } from "../../../registry/client.ts";
import type { Destination } from "../../../registry/destination/destination.ts";
import { ecrRegion, logIn } from "../../../registry/ecr-login.ts";
import type { Credentials } from "../../../registry/token.ts";
import {
  type BuildEnvironment,
  type Builder,
  type Built,
  type Ingredients,
  type Order,
  partsOf,
} from "../builder.ts";
import { buildCommand, cacheTag, checkCache, labelsOf, readCommit } from "./arguments.ts";
import { createDockerConfig, createRunCommand, type RunCommand } from "./docker-command.ts";
import { explainFailure, isPassing } from "./explain.ts";
import type { DockerInputs } from "./inputs.ts";
import { dockerfileSteps, followProgress, type Progress, type Step } from "./progress.ts";

/** Runs a Dockerfile with BuildKit through `docker buildx build`. */
export function createDockerBuilder(inputs: DockerInputs, environment: BuildEnvironment): Builder {
  for (const secret of inputs.secrets.values()) if ("value" in secret) environment.mask(secret.value);
  const read = () => readFile(inputs.dockerfile, "utf8");
  return {
    ignoreFile: `${inputs.dockerfile}.dockerignore`,
    readIngredients: async () => ingredients(inputs, await read()),
    build: async (order) => build(inputs, await read(), order, environment),
    write: async (order) => build(inputs, await read(), order, environment),
  };
}

/** Includes only the names of secrets: a value may change, as tokens do, without making another image. */
function ingredients(inputs: DockerInputs, dockerfile: string): Ingredients {
  const { kind, target, platforms, buildArgs, buildContexts, secrets, provenance, sbom } = inputs;
  const contexts = [...buildContexts].map(([name, value]) => [name, value.split("@")[1]]);
  return {
    kind,
    dockerfile,
    target: target ?? null,
    platforms: [...platforms].sort(),
    buildArgs: Object.fromEntries(buildArgs),
    // Earlier images of the same source have none.
    ...(contexts.length > 0 && { buildContexts: Object.fromEntries(contexts) }),
    secrets: [...secrets.keys()].sort(),
    provenance,
    sbom,
  };
}

async function build(
  inputs: DockerInputs,
  dockerfile: string,
  order: Order,
  environment: BuildEnvironment,
): Promise<Built> {
  const { destination, folder, context } = order;
  checkCache(inputs, destination, environment);
  const logins = await loginsFor(destination, textsOf(inputs, dockerfile), environment);
  const variables = await createDockerConfig(join(folder, "docker"), environment.variables, logins);
  const run = createRunCommand(environment);
  const commit = await readCommit(context, environment.variables, run);
  const metadata = join(folder, "metadata.json");
  const labels = new Map([...labelsOf(commit), ...order.labels]);
  const { args, secrets } = buildCommand(inputs, { order, labels, metadata });
  // buildx passes it as a build argument: the times in the image's configuration are the commit's.
  const epoch = commit.time === undefined ? {} : { SOURCE_DATE_EPOCH: String(commit.time) };
  const command = { args, variables: { ...epoch, ...variables, ...secrets } };
  const remove = () => removeFromEngine(order, variables, environment);
  const { steps, driver } = await buildAndPush(run, command, order, environment).catch(async (error) => {
    await remove();
    throw error;
  });
  const [built] = await Promise.all([
    describe(inputs, order, { metadata, steps }),
    driver === "docker" && remove(),
  ]);
  return built;
}

async function describe(
  { cache, target }: DockerInputs,
  { destination, file = "" }: Order,
  { metadata, steps }: { readonly metadata: string; readonly steps: readonly Step[] },
): Promise<Built> {
  const digest = digestIn(await readFile(metadata, "utf8"));
  if (!destination) {
    const { openArchive } = await import("../archive/oci-archive.ts");
    const { manifest } = await openArchive(file, digest);
    return { manifest, tagged: false, parts: partsOf(manifest, "written"), record: recordOf(steps) };
  }
  const manifest = await getPushed(destination, digest);
  // A fixed tag finds the cache in the image.
  if (cache === "inline")
    await destination.registry.putManifest(destination.name, cacheTag(target), manifest);
  return { manifest, tagged: true, parts: partsOf(manifest, "pushed"), record: recordOf(steps) };
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
  // Runs also after the step was cancelled, and without an image.
  const run: RunCommand = createRunCommand({ clock, signal: new AbortController().signal });
  await run("docker", ["image", "rm", `${destination.uri}:${sourceTag}`], { variables }).catch(() => {});
}

/** Returns texts with the base images that Docker fetches from a registry, without those of another job. */
function textsOf({ buildArgs, buildContexts }: DockerInputs, dockerfile: string): readonly string[] {
  const texts = [dockerfile, ...buildArgs.values()];
  return texts.map((text) =>
    [...buildContexts.keys()].reduce((rest, name) => rest.replaceAll(name, ""), text),
  );
}

/**
 * Returns the logins that Docker needs besides the user's own, by host: the destination's, and those of every ECR that
 * the Dockerfile or a build argument contains.
 */
async function loginsFor(
  { host = "", credentials }: Partial<Destination> = {},
  texts: readonly string[],
  environment: BuildEnvironment,
): Promise<ReadonlyMap<string, Credentials>> {
  const hosts = new Set(texts.flatMap(ecrHostsIn));
  hosts.delete(host);
  const logins = await Promise.all([...hosts].map((each) => logInToEcr(each, environment)));
  return new Map([...logins.flat(), ...(credentials ? [[host, credentials] as const] : [])]);
}

/** Returns the hosts of private ECR in the text of a Dockerfile or of a build argument. */
export function ecrHostsIn(text: string): readonly string[] {
  return text.match(/\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?/g) ?? [];
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
  { destination }: Order,
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
