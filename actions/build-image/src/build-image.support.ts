import { ECRClient } from "@aws-sdk/client-ecr";
import type { TestSimulator } from "../../../simulator/src/test-simulator.support.ts";
import { retryStrategy } from "../../shared/prompt-retries.support.ts";
import type { BuildEnvironment } from "./builder.ts";
import type { BuildInputs } from "./inputs.ts";
import type { OciInputs } from "./oci/inputs.ts";

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
      command: undefined,
      exposedPorts: ["8080/tcp"],
      healthCheck: undefined,
      stopSignal: undefined,
      platforms: [{ os: "linux", architecture: "amd64" }],
      ...oci,
    },
    scan: { wait: false },
    ...inputs,
  };
}

export function toRepository(name: string): BuildInputs["destination"] {
  return { repository: { registry: "ecr", name }, creation: undefined };
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
