import { join } from "node:path";
import { median } from "../measurement.ts";
import type { DockerBuild } from "./docker.ts";
import type { Setup } from "./setup.ts";
import type { Source } from "./source.ts";

/** Inputs as .github/workflows/deploy-service.yml sets them. */
export function ociInputs({ base, service }: Setup, tag: string): Record<string, string> {
  return {
    repository: "oci",
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
    repository: "docker",
    builder: "docker",
    context: service.folder,
    dockerfile: join(service.folder, "services", "customer", "Dockerfile"),
    "build-args": `BASE_IMAGE=${base}\nBUILD_IMAGE=${base}`,
    "secret-files": `npmrc=${npmrc}`,
    tags: tag,
  };
}

/** The same Dockerfile for Docker's own command, which pushes to the repository `docker`. */
export function serviceBuild({ registry, base, service, npmrc }: Setup, tag: string): DockerBuild {
  return {
    context: service.folder,
    dockerfile: join(service.folder, "services", "customer", "Dockerfile"),
    buildArguments: { BASE_IMAGE: base, BUILD_IMAGE: base },
    npmrc,
    tag: `${registry.host}/docker:${tag}`,
  };
}

/** Milliseconds of each step by its name. */
type StepTimes = Readonly<Record<string, number>>;

type Steps = Readonly<Record<string, () => Promise<unknown>>>;

/** Changes the source before each round, outside the measured time of its steps, which run one after the other. */
export function changing(source: Source, stepsOf: (round: number) => Steps): () => Promise<StepTimes> {
  let round = 0;
  return async () => {
    await source.change();
    const times: [string, number][] = [];
    for (const [name, step] of Object.entries(stepsOf(round++))) {
      const started = performance.now();
      await step();
      times.push([name, performance.now() - started]);
    }
    return Object.fromEntries(times);
  };
}

/** Total in milliseconds. */
export function totalOf(times: StepTimes): number {
  return Object.values(times).reduce((sum, each) => sum + each, 0);
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
