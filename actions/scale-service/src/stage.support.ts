import { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import type { CreateServiceCommandInput, HealthCheck } from "@aws-sdk/client-ecs";
import { createDelivery } from "@ecs-delivery/simulator/outside-clients/delivery.support";
import type { Program } from "@ecs-delivery/simulator/runtime/tasks/in-process-runtime.support";
import {
  createRealFixture,
  createTestFixture,
  type Fixture as EcsFixture,
} from "@ecs-delivery/simulator/services/ecs/controller/fixture.support";
import { pushProgram } from "@ecs-delivery/simulator/services/ecs/controller/push-program.support";
import {
  startRealSimulator,
  startTestSimulator,
  type TestSimulator,
  testListenerPortOffset,
} from "@ecs-delivery/simulator/test-simulator.support";
import { retryStrategy } from "../../core/prompt-retries.support.ts";
import { clientsOf } from "../../delivery/stage.support.ts";
import type { Change, ScaleContext } from "./context.ts";
import { readScaleInputs } from "./inputs.ts";
import { ScaleRecord } from "./record.ts";
import { scale } from "./scale.ts";

export type Deployer = "CodeDeploy" | "ECS rolling" | "ECS blue/green";

/** Programs of tasks that start from now on, as if somebody had pushed another image under the service's tag. */
const programs = {
  serve: ({ listen, onSignal, exit }) => {
    const server = listen(8080, ({ url }, response) => {
      if (url === "/fail") exit(3);
      else response.end("served");
    });
    onSignal(() => server.close(() => exit(0)));
  },
  crash: () => {
    throw new Error("cannot read the menu");
  },
  unhealthy: ({ listen, onExec }) => {
    listen(8080, (_, response) => response.writeHead(503).end());
    onExec(() => 1);
  },
} satisfies Record<string, Program>;

/** Responds slowly enough for requests to be in progress whenever a task is stopped, and each task differently. */
const server = `
  import { createServer } from "node:http";
  const server = createServer((_, response) => setTimeout(() => response.end(String(process.pid)), 20));
  server.listen(8080);
  process.on("SIGTERM", () => server.close(() => process.exit(0)));
`;

export type Stage = Awaited<ReturnType<typeof createStage>>;

interface Trying {
  readonly signal?: AbortSignal;
  readonly onLine?: (line: string) => void;
}

/** Calls `act` once AWS has accepted the count. */
export const onceRequested = (act: () => unknown): Trying => ({
  onLine: (line) => void (line.startsWith("Set the desired count") && act()),
});

/** Creates a simulated account in virtual time with the service web, of which one task serves. */
export async function createStage(
  deployer: Deployer,
  settings: Partial<CreateServiceCommandInput> = {},
  healthCheck?: HealthCheck,
) {
  const parts = await (deployer === "CodeDeploy"
    ? createCodeDeploy(await startTestSimulator(), programs.serve)
    : createEcs(await createTestFixture(), programs.serve, deployer, settings, healthCheck));
  return stageOf(parts, settings);
}

/** Creates the same with tasks that are processes, in accelerated real time. */
export async function createRealStage(deployer: Deployer) {
  const parts = await (deployer === "CodeDeploy"
    ? createCodeDeploy(await startRealSimulator(), server)
    : createEcs(await createRealFixture(), server, deployer));
  return stageOf(parts);
}

async function stageOf(
  parts: Awaited<ReturnType<typeof createCodeDeploy>>,
  settings: Partial<CreateServiceCommandInput> = {},
) {
  const { aws, clock } = parts.simulator;
  /** Resolves once this many tasks are healthy targets, and no other targets exist. */
  const healthy = async (count: number) => {
    await clock.until(async () => {
      const found = await Promise.all(
        parts.targetGroups.map((TargetGroupArn) => aws.elbv2.describeTargetHealth({ TargetGroupArn })),
      );
      const targets = found.flatMap(({ TargetHealthDescriptions = [] }) => TargetHealthDescriptions);
      const isHealthy = targets.every(({ TargetHealth }) => TargetHealth?.State === "healthy");
      return isHealthy && targets.length === count;
    });
  };
  if (settings.loadBalancers?.length !== 0) await healthy(1);
  return {
    ...parts,
    healthy,
    push: (program: keyof typeof programs) =>
      pushProgram(parts.simulator, parts.repositoryUri, programs[program]),
    try: (given: Record<string, string>, options?: Trying) => tryScale(parts, given, options),
    async service() {
      const { services } = await aws.ecs.describeServices({ cluster: parts.cluster, services: ["web"] });
      return { desired: services?.[0]?.desiredCount, running: services?.[0]?.runningCount };
    },
    close: () => parts.simulator.close(),
  };
}

async function createCodeDeploy(simulator: TestSimulator, program: Program | string) {
  const delivery = await createDelivery(simulator, testListenerPortOffset());
  const { repositoryUri, productionUrl, targetGroups } = delivery;
  await pushProgram(simulator, repositoryUri, program);
  return {
    simulator,
    cluster: "outside",
    productionUrl,
    repositoryUri,
    /** ARNs of the two between which blue/green moves the tasks. */
    targetGroups: Object.values(targetGroups),
  };
}

async function createEcs(
  { simulator, productionUrl, groups, create, newest }: EcsFixture,
  program: Program | string,
  deployer: Deployer,
  settings: Partial<CreateServiceCommandInput> = {},
  healthCheck?: HealthCheck,
) {
  const { repositories } = await simulator.aws.ecr.describeRepositories({});
  const repositoryUri = repositories?.[0]?.repositoryUri ?? "";
  await pushProgram(simulator, repositoryUri, program);
  const one = { containerName: "web", containerPort: 8080, targetGroupArn: groups.blue };
  const rolling = deployer === "ECS rolling";
  await create(
    rolling ? { strategy: "ROLLING" } : { strategy: "BLUE_GREEN", bakeTimeInMinutes: 0 },
    {
      ...(rolling && { loadBalancers: [one] }),
      ...settings,
    },
    healthCheck,
  );
  await simulator.clock.until(async () => (await newest()).status === "SUCCESSFUL");
  return { simulator, cluster: "main", productionUrl, repositoryUri, targetGroups: Object.values(groups) };
}

/** Scales the stage's service, as a workflow does. */
export async function tryScale(
  { simulator, cluster }: { simulator: TestSimulator; cluster: string },
  given: Record<string, string>,
  { signal = new AbortController().signal, onLine }: Trying = {},
) {
  const autoscaling = new ApplicationAutoScalingClient({ ...simulator.clientConfig, retryStrategy });
  const clients = { ...clientsOf(simulator), autoscaling: async () => autoscaling };
  const lines: string[] = [];
  const kept: (Change | undefined)[] = [];
  const write = (line: string) => {
    lines.push(line);
    onLine?.(line);
  };
  const context: ScaleContext = {
    clients,
    clock: simulator.clock.foreground,
    log: { info: write, notice: write, warning: write },
    signal,
    keepForPost: (change) => void kept.push(change),
  };
  const all: Record<string, string> = { cluster, service: "web", ...given };
  const record = new ScaleRecord(cluster, "web");
  record.startedAt = context.clock.now();
  const inputs = readScaleInputs((name) => all[name] ?? "");
  const error = await scale(context, inputs, record).then(
    () => undefined,
    (reason: Error & { nextStep?: string }) => reason,
  );
  return { record, error, kept, lines: lines.join("\n") };
}
