import { nodeEnvironment } from "@ecs-delivery/program/node-environment.support";
import {
  createRealFixture,
  type Fixture,
} from "@ecs-delivery/simulator/services/ecs/controller/fixture.support";
import { pushProgram } from "@ecs-delivery/simulator/services/ecs/controller/push-program.support";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { actionsOfProject, filesOfProject } from "./project.support.ts";
import type { RunEvent, RunResult } from "./result.ts";
import { createTestRepository, type TestRepository } from "./test-repository.support.ts";

const workflows = [".github/workflows/measure-scale.yml", ".github/workflows/scale-test.yml"];
const actions = ["log-in-to-aws", "measure-scaling", "provision-stack", "run-load-test", "scale-service"];
const where = { cluster: "microservices-serverlesscluster", service: "customer-microservice" };
const scalable = {
  ServiceNamespace: "ecs",
  ScalableDimension: "ecs:service:DesiredCount",
  ResourceId: `service/${where.cluster}/${where.service}`,
} as const;

let fixture: Fixture;
let repository: TestRepository;
/** The repository's variables. */
const vars: Record<string, string> = { SETTLE_FOR: "1s" };
let onEvent: (event: RunEvent) => void = () => {};

beforeAll(async () => {
  fixture = await createRealFixture();
  await fixture.ecs.createCluster({ clusterName: where.cluster });
  const loadBalancers = [{ containerName: "web", containerPort: 8080, targetGroupArn: fixture.groups.blue }];
  const names = { cluster: where.cluster, serviceName: where.service };
  await fixture.create({ strategy: "ROLLING" }, { ...names, loadBalancers });
  const template = await createAddressStack();
  const files = { ...(await filesOfProject(workflows)), ...(await actionsOfProject(actions)), ...template };
  const { AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "" } = fixture.simulator.environmentVariables;
  repository = await createTestRepository(
    { ...files, ".github/workflows/main.yml": files[".github/workflows/scale-test.yml"] ?? "" },
    {
      environment: { ...nodeEnvironment(), ...fixture.simulator.environmentVariables },
      secrets: {
        AWS_CREDENTIALS: `[default]\naws_access_key_id=${AWS_ACCESS_KEY_ID}\naws_secret_access_key=${AWS_SECRET_ACCESS_KEY}\n`,
      },
      vars,
      onEvent: (event) => onEvent(event),
    },
  );
});
afterAll(async () => {
  await repository?.remove();
  await fixture?.close();
});
beforeEach(() => {
  vars.PRODUCTION_URL = fixture.productionUrl;
  onEvent = () => {};
});

/** Creates a stack with the address of the load balancer as an output, like the one in infra-templates. */
async function createAddressStack(): Promise<Record<string, string>> {
  const { cloudformation } = fixture.simulator.aws;
  const template = JSON.stringify({
    Resources: { Log: { Type: "AWS::Logs::LogGroup" } },
    Outputs: { Address: { Value: new URL(fixture.productionUrl).host } },
  });
  const StackName = "microservices-load-balancer";
  await cloudformation.createStack({ StackName, TemplateBody: template });
  const status = async () => (await cloudformation.describeStacks({ StackName })).Stacks?.[0]?.StackStatus;
  await vi.waitUntil(async () => (await status()) === "CREATE_COMPLETE", { timeout: 300_000 });
  return { "infra-templates/load-balancer.yaml": template };
}

const quick = { service: "customer", duration: "2s", "warm-up": "1s", rate: "60", paths: "/" };

const service = async () => {
  const { services } = await fixture.ecs.describeServices({
    cluster: where.cluster,
    services: [where.service],
  });
  const { desiredCount, runningCount, deployments } = services?.[0] ?? {};
  return { desiredCount, runningCount, deployments: deployments?.length };
};
const errors = ({ jobs }: RunResult) =>
  jobs.flatMap(({ name, annotations }) =>
    annotations.filter(({ level }) => level === "error").map(({ message }) => `${name}: ${message}`),
  );
const summary = ({ jobs }: RunResult, name: string) => jobs.find((job) => job.name === name)?.summary;
const names = ({ jobs }: RunResult) => jobs.map(({ name }) => name);

/** Calls `act` once, when a step writes its first line. */
function onFirstLine(step: string, act: () => void): void {
  onEvent = (event) => {
    if (event.type !== "log" || event.step !== step) return;
    onEvent = () => {};
    act();
  };
}

async function readScalableTarget() {
  const { ServiceNamespace, ResourceId } = scalable;
  const { ScalableTargets } = await fixture.simulator.aws.applicationautoscaling.describeScalableTargets({
    ServiceNamespace,
    ResourceIds: [ResourceId],
  });
  const { MinCapacity, MaxCapacity, SuspendedState } = ScalableTargets?.[0] ?? {};
  return { MinCapacity, MaxCapacity, SuspendedState };
}

const minutes = 60_000;
const single = { desiredCount: 1, runningCount: 1, deployments: 1 };

it(
  "measures each count from two generators, and leaves count and autoscaling as they were",
  async () => {
    const SuspendedState = {
      DynamicScalingInSuspended: false,
      DynamicScalingOutSuspended: false,
      ScheduledScalingSuspended: true,
    };
    const range = { MinCapacity: 1, MaxCapacity: 4, SuspendedState };
    await fixture.simulator.aws.applicationautoscaling.registerScalableTarget({ ...scalable, ...range });
    const meanwhile = new Promise<Awaited<ReturnType<typeof readScalableTarget>>>((resolve) => {
      onFirstLine("Send load", () => resolve(readScalableTarget()));
    });
    // The stack then provides the address.
    delete vars.PRODUCTION_URL;
    // Long enough for processes that start seconds apart, on a busy machine, to send together for half of it.
    // How many requests a busy machine answers is not the subject.
    const load = { ...quick, duration: "6s", generators: "2", assertions: "error-rate < 100%" };
    const result = await repository.run({ ...load, "task-counts": "2 3" });
    expect(errors(result)).toEqual([]);
    expect(result.conclusion).toBe("success");
    expect(names(result)).toContain("count 3 / load (2)");
    expect(summary(result, "report")).toMatch(/Scaling of customer-microservice: 2 of 2 counts measured/);
    expect(summary(result, "report")).toMatch(/\n\| 2.* \$\d\S+ \|\n\| 3.* \$\d\S+ \|\n/);
    expect(Object.values((await meanwhile).SuspendedState ?? {})).toEqual([true, true, true]);
    expect(await readScalableTarget()).toEqual(range);
    expect(await service()).toEqual(single);
    await fixture.simulator.aws.applicationautoscaling.deregisterScalableTarget(scalable);
  },
  5 * minutes,
);

it(
  "stops after a failed count, restores the original count, and reports why",
  async () => {
    const assertions = "error-rate < 1%, p50 < 0.001ms";
    const result = await repository.run({ ...quick, assertions, "task-counts": "2 3", after: "keep" });
    expect(result.conclusion).toBe("failure");
    expect(names(result)).toEqual([
      "prepare",
      ...["scale", "load (1)", "record"].map((job) => `count 2 / ${job}`),
      "restore",
      "report",
    ]);
    const failed = errors(result);
    expect(failed.at(-1)).toMatch(
      /^report: 2 of 2 counts could not be measured \(2 tasks: asserted p50 < 0\.001ms, measured \d.*; 3 tasks: not measured\)/,
    );
    expect(summary(result, "report")).toContain("| 3 | ❌ not measured |");
    expect(await service()).toEqual(single);
  },
  5 * minutes,
);

it.each([
  ["under load", "Send load", { duration: "5m" }],
  ["while scaling", "Scale, and wait until all tasks serve", {}],
])(
  "restores the original count when cancelled %s",
  async (_, step, more) => {
    onFirstLine(step, () => run.cancel());
    const run = await repository.start({ ...quick, "task-counts": "3", ...more });
    const result = await run.result;
    expect(result.conclusion).toBe("cancelled");
    expect(result.jobs.find(({ name }) => name === "restore")?.conclusion).toBe("success");
    expect(await service()).toEqual(single);
  },
  5 * minutes,
);

it.each([
  [
    { "task-counts": "1 a 1000", generators: "0", paths: "http://elsewhere.example/" },
    [
      /^prepare: .*Input task-counts is "1 a 1000", with a, 1000 in it/,
      /Input generators is "0"/,
      /Input paths has http:\/\/elsewhere\.example\/;/,
    ],
  ],
  [
    { duration: "long", assertions: "p99 < 1 hour" },
    [/Input duration is "long"/, /Input assertions has the line "p99 < 1 hour"/],
  ],
  [{ service: "employee" }, [/^prepare: .*employee-microservice/]],
])("reports %j in one error, and changes nothing", async (inputs, messages) => {
  const before = await service();
  const result = await repository.run({ ...quick, ...inputs });
  expect(result.conclusion).toBe("failure");
  const [error = "", ...more] = errors(result);
  for (const message of messages) expect(error).toMatch(message);
  expect(more).toEqual([]);
  expect(names(result)).toEqual(["prepare"]);
  expect((await service()).desiredCount).toBe(before.desiredCount);
});

it(
  "restores the original count when tasks crash, and reports why at that count",
  async () => {
    const { repositories } = await fixture.simulator.aws.ecr.describeRepositories({});
    const uri = repositories?.[0]?.repositoryUri ?? "";
    await pushProgram(fixture.simulator, uri, `throw new Error("cannot read the menu");`);
    const result = await repository.run({ ...quick, "task-counts": "2 3" });
    expect(result.conclusion).toBe("failure");
    expect(names(result)).toEqual(["prepare", "count 2 / scale", "count 2 / record", "restore", "report"]);
    expect(errors(result)[0]).toMatch(
      /^count 2 \/ scale: .*exited with code 1.*; it is being scaled back to 1/,
    );
    expect(errors(result).at(-1)).toMatch(
      /^report: 2 of 2 .* \(2 tasks: .*exited with code 1.*; 3 tasks: not measured\)/,
    );
    expect(await service()).toEqual(single);
  },
  5 * minutes,
);
