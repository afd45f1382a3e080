import { randomUUID } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ECRClient } from "@aws-sdk/client-ecr";
import { startTestSimulator, type TestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, afterEach, beforeEach } from "vitest";
import { retryStrategy } from "../../core/prompt-retries.support.ts";
import type { BuildEnvironment } from "./builder.ts";
import type { BuildInputs } from "./inputs.ts";
import type { OciInputs } from "./oci/inputs.ts";
import type { Platform } from "./platforms.ts";

export const amd64: Platform = { os: "linux", architecture: "amd64" };
export const arm64: Platform = { os: "linux", architecture: "arm64" };

/**
 * Starts one simulator for the tests of a file, and removes the faults and the repositories of each test. Each test gets
 * a folder that is empty but for its `context`, a folder with one program to build an image from.
 */
export async function useSimulator() {
  const simulator = await startTestSimulator();
  afterAll(() => simulator.close());
  const folder = join(tmpdir(), `image-test-${randomUUID()}`);
  const context = join(folder, "dist");
  beforeEach(async () => {
    await mkdir(context, { recursive: true });
    await writeFile(join(context, "server.mjs"), 'console.log("customer")');
  });
  afterEach(async () => {
    simulator.faults.clear();
    const { repositories = [] } = await simulator.aws.ecr.describeRepositories({});
    for (const { repositoryName } of repositories)
      await simulator.aws.ecr.deleteRepository({ repositoryName, force: true });
    await rm(folder, { recursive: true });
  });
  return { simulator, folder, context };
}

/** Inputs that build the folder without a base image, for the repository `customer` with the tag `latest`. */
export function testInputs(
  context: string,
  { oci, ...inputs }: Partial<BuildInputs> & { oci?: Partial<OciInputs> } = {},
): BuildInputs {
  return {
    destination: toRepository("customer"),
    context,
    labels: new Map(),
    tags: ["latest"],
    builder: {
      kind: "oci",
      baseImage: "scratch",
      entrypoint: ["node", "server.mjs"],
      workingDirectory: "/app",
      user: "65532",
      environment: new Map([["NODE_ENV", "production"]]),
      exposedPorts: ["8080/tcp"],
      platforms: [amd64],
      ...oci,
    },
    ...inputs,
  };
}

export function toRepository(name: string): BuildInputs["destination"] {
  return { repository: { registry: "ecr", name }, create: false };
}

/** Context of an action on the simulator, which serves every region. */
export function testEnvironment(
  simulator: TestSimulator,
  overrides: Partial<BuildEnvironment> = {},
): BuildEnvironment & { readonly lines: string[]; readonly secrets: string[] } {
  const lines: string[] = [];
  const secrets: string[] = [];
  const say = (line: string) => void lines.push(line);
  return {
    createEcr: async () => new ECRClient({ ...simulator.clientConfig, retryStrategy }),
    variables: {},
    clock: simulator.clock.foreground,
    log: { info: say, notice: say, warning: say },
    group: (title, run) => {
      say(title);
      return run();
    },
    mask: (secret) => void secrets.push(secret),
    signal: new AbortController().signal,
    lines,
    secrets,
    ...overrides,
  };
}
