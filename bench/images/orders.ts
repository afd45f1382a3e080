import { join } from "node:path";
import { median } from "../measurement.ts";
import type { DockerBuild } from "./docker.ts";
import type { Setup } from "./setup.ts";

const repositories = {
  oci: "oci",
  docker: "docker",
  "multi-stage": "docker",
  buildx: "docker",
  "lab-kind": "docker",
};

/** One way from source to registry: the action's two builders, and Docker's own commands. */
export type Side = keyof typeof repositories;

/** `repository:tag` that a side pushes in a round, counted from 0. */
export function imageOf(side: Side, round: number): string {
  return `${repositories[side]}:${tagOf(side, round)}`;
}

export function tagOf(side: Side, round: number): string {
  return `${side}-${round}`;
}

/** Inputs as .github/workflows/deploy-service.yml sets them. */
export function ociInputs({ base, service }: Setup, tag: string): Record<string, string> {
  return {
    repository: repositories.oci,
    context: join(service.folder, "services", "customer", "dist"),
    "base-image": base,
    entrypoint: '["node","server.mjs"]',
    environment: "NODE_ENV=production\nNODE_OPTIONS=--max-old-space-size-percentage=60",
    "exposed-ports": "8080/tcp",
    tags: tag,
  };
}

export function dockerInputs({ base, service, npmrc }: Setup, tag: string): Record<string, string> {
  return {
    repository: repositories.docker,
    builder: "docker",
    context: service.folder,
    dockerfile: join(service.folder, "services", "customer", "Dockerfile"),
    "build-args": `BASE_IMAGE=${base}\nBUILD_IMAGE=${base}`,
    "secret-files": `npmrc=${npmrc}`,
    tags: tag,
  };
}

/** The same Dockerfile for Docker's own command. */
export function serviceBuild({ registry, base, service, npmrc }: Setup, image: string): DockerBuild {
  return {
    context: service.folder,
    dockerfile: join(service.folder, "services", "customer", "Dockerfile"),
    buildArguments: { BASE_IMAGE: base, BUILD_IMAGE: base },
    npmrc,
    tag: `${registry.host}/${image}`,
  };
}

export function labKindBuild({ registry, base, labKind, npmrc }: Setup, image: string): DockerBuild {
  return {
    context: labKind.folder,
    dockerfile: join(labKind.folder, "Dockerfile"),
    buildArguments: { BASE_IMAGE: base },
    npmrc,
    tag: `${registry.host}/${image}`,
  };
}

/** Measures all in turn, so that other load on the machine affects each. Returns the results in their order. */
export async function inTurn<Name extends string, Result>(
  times: number,
  measureOnce: Readonly<Record<Name, () => Promise<Result>>>,
): Promise<Record<Name, Result[]>> {
  const names = Object.keys(measureOnce) as Name[];
  const results = Object.fromEntries(names.map((name) => [name, [] as Result[]])) as Record<Name, Result[]>;
  for (let time = 0; time < times; time += 1)
    for (const name of names) results[name].push(await measureOnce[name]());
  return results;
}

/** Milliseconds of each step by its name. */
export type StepTimes = Readonly<Record<string, number>>;

export type Steps = Readonly<Record<string, () => Promise<unknown>>>;

/** Runs the steps one after the other. */
export async function timeSteps(steps: Steps): Promise<StepTimes> {
  const times: [string, number][] = [];
  for (const [name, step] of Object.entries(steps)) {
    const started = performance.now();
    await step();
    times.push([name, performance.now() - started]);
  }
  return Object.fromEntries(times);
}

/** Total in milliseconds, without the step `given`. */
export function totalOf(times: StepTimes, given?: string): number {
  return Object.entries(times).reduce((sum, [name, each]) => (name === given ? sum : sum + each), 0);
}

/** Formats each step's median and every total. */
export function describeTimes(runs: readonly StepTimes[]): string {
  const names = Object.keys(runs[0] ?? {});
  const steps = names.map(
    (name) => `${name} ${round(median(runs.map((times) => times[name] ?? Number.NaN)))}`,
  );
  return `${steps.join(", ")} ms; in all ${runs.map((times) => round(totalOf(times))).join(", ")} ms`;
}

const round = (milliseconds: number) => String(Math.round(milliseconds));
