import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import { createDelivery } from "@ecs-delivery/simulator/outside-clients/delivery.support";
import type { Program } from "@ecs-delivery/simulator/runtime/tasks/in-process-runtime.support";
import {
  startTestSimulator,
  type TestSimulator,
  testListenerPortOffset,
} from "@ecs-delivery/simulator/test-simulator.support";
import { pushImage } from "../../core/push-image.support.ts";
import { clientsOf } from "../../delivery/stage.support.ts";
import type { RunInputs } from "./inputs.ts";
import type { RunContext } from "./network.ts";

/** Does what its first argument says; without one it is the server of a service. */
const program: Program = ({ args, environment, isDatabaseClosed, log, listen }) => {
  const [what, ...rest] = args;
  if (what === "migrate") log(`migrated ${environment.DATABASE}${rest.join()}`);
  else if (what === "fail") throw new Error("no such table: suppliers");
  else if (what === "connect") {
    if (isDatabaseClosed(environment.DB_HOST ?? "", 3306)) throw new Error("connect ETIMEDOUT");
  } else if (what === "exit") return Number(rest[0]);
  else if (what === "hang") return void log("waiting for a lock");
  else if (what === "attack") {
    log("::error::not ours\r::set-output name=x::y");
    log("see ##[error]not ours");
  } else return void listen(8080, (_, response) => response.end());
  return 0;
};

/**
 * Creates a simulated account in virtual time with a service whose network the task uses, and an image in its
 * repository.
 */
export async function createStage() {
  const simulator = await startTestSimulator({ networks: "enforce", warn: () => {} });
  const folder = await mkdtemp(join(tmpdir(), "run-task-test-"));
  await createDelivery(simulator, testListenerPortOffset());
  const image = await pushImage(simulator, folder, program);
  const clients = clientsOf(simulator);
  const { Subnets = [] } = await simulator.aws.ec2.describeSubnets({
    Filters: [{ Name: "default-for-az", Values: ["false"] }],
  });
  let files = 0;
  return {
    simulator,
    folder,
    subnets: Subnets.map(({ SubnetId = "" }) => SubnetId),
    /** Returns the path of a task definition of family `job`, with these containers next to `job` itself. */
    taskDefinition: async (job: Partial<ContainerDefinition> = {}, others: ContainerDefinition[] = []) => {
      const file = join(folder, `taskdef-${files++}.json`);
      await writeFile(
        file,
        JSON.stringify(definitionOf([{ ...container("job", image), ...job }, ...others])),
      );
      return file;
    },
    context: (options: Following = {}) => contextOf(simulator, clients, options),
    /** Inputs of a task that runs like the service's tasks. */
    inputs: (file: string, changes: Partial<RunInputs> = {}): RunInputs => ({
      ...inputs,
      taskDefinition: { file },
      ...changes,
    }),
    /** A container next to the one that decides, with the same image. */
    sidecar: (command: string[], essential = false) => ({
      ...container("sidecar", image),
      command,
      essential,
    }),
    close: async () => {
      await simulator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const inputs: Omit<RunInputs, "taskDefinition"> = {
  cluster: "outside",
  container: undefined,
  command: ["migrate"],
  environment: new Map(),
  placement: { service: "web" },
  waitUntil: "stopped",
  deadlineMs: 10 * 60_000,
};

function container(name: string, image: string): ContainerDefinition {
  const options = {
    "awslogs-group": "web",
    "awslogs-region": "us-east-1",
    "awslogs-stream-prefix": "job",
  };
  return { name, image, logConfiguration: { logDriver: "awslogs", options } };
}

function definitionOf(containerDefinitions: ContainerDefinition[]) {
  return {
    family: "job",
    requiresCompatibilities: ["FARGATE"],
    networkMode: "awsvpc",
    cpu: "256",
    memory: "512",
    executionRoleArn: "arn:aws:iam::123456789012:role/execution",
    containerDefinitions,
  };
}

interface Following {
  readonly signal?: AbortSignal;
  /** Sees each line of the job's log as it is written. */
  readonly onLine?: (line: string) => void;
}

function contextOf(
  { clock }: TestSimulator,
  clients: RunContext["clients"],
  { signal = new AbortController().signal, onLine }: Following,
) {
  const lines: string[] = [];
  const write = (line: string) => {
    lines.push(line);
    onLine?.(line);
  };
  return {
    lines,
    clock: clock.foreground,
    log: { info: write, notice: write, warning: write },
    signal,
    clients,
  };
}
