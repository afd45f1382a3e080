import type { TargetTrackingScalingPolicyConfiguration } from "@aws-sdk/client-application-auto-scaling";
import { afterEach, beforeEach, expect } from "vitest";
import { createDelivery } from "../../../outside-clients/delivery.support.ts";
import type { Program } from "../../../runtime/tasks/in-process-runtime.support.ts";
import {
  startRealSimulator,
  startTestSimulator,
  type TestSimulator,
  testListenerPortOffset,
} from "../../../test-simulator.support.ts";
import { pushProgram } from "../../ecs/controller/push-program.support.ts";

const server = `
  import { createServer } from "node:http";
  const server = createServer((_, response) => response.end()).listen(8080);
  process.on("SIGTERM", () => server.close(() => process.exit(0)));
`;

export const target = {
  ServiceNamespace: "ecs",
  ScalableDimension: "ecs:service:DesiredCount",
  ResourceId: "service/outside/web",
} as const;
const service = { cluster: "outside", service: "web" };

export type Fixture = Awaited<ReturnType<typeof createFixture>>;

/** Uses a hundredth of its task's quarter of a vCPU; after a request to /busy all of it, until one to /idle. */
const program: Program = (context) => {
  const use = (share: number) => context.use(0.25 * share, 64 * 1024 ** 2);
  const server = context.listen(8080, ({ url }, response) => {
    if (url === "/busy") use(1);
    if (url === "/idle") use(0.01);
    response.end();
  });
  context.onSignal(() => server.close(() => context.exit(0)));
  use(0.01);
};

/** Real tasks, scaled time. */
export const createRealFixture = async () => createFixture(await startRealSimulator(), server);

/** In virtual time, with tasks in this process. */
const createTestFixture = async () => createFixture(await startTestSimulator(), program);

/** A simulator with a load balancer in front of one task of the service web, which CodeDeploy deploys. */
async function createFixture(simulator: TestSimulator, program: string | Program) {
  const { clock } = simulator;
  const delivery = await createDelivery(simulator, testListenerPortOffset());
  await pushProgram(simulator, delivery.repositoryUri, program);
  const { applicationautoscaling: scaling, ecs, cloudwatch, elbv2 } = simulator.aws;
  const describe = async () =>
    (await ecs.describeServices({ ...service, services: ["web"] })).services?.[0] ?? {};
  const activities = async (IncludeNotScaledActivities = false) => {
    const { ScalingActivities = [] } = await scaling.describeScalingActivities({
      ...target,
      IncludeNotScaledActivities,
    });
    return ScalingActivities;
  };
  return {
    simulator,
    eventually: clock.eventually,
    delivery,
    scaling,
    cloudwatch,
    ecs,
    url: (path: string) => new URL(path, delivery.productionUrl).href,
    desired: async () => (await describe()).desiredCount,
    /** Newest first. */
    activities,
    setDesired: (desiredCount: number) => ecs.updateService({ ...service, desiredCount }),
    /** Waits AWS time in which something would have happened: alarms are evaluated once a minute. */
    minutes: (count: number) => clock.foreground.wait(count * 60_000),
    /** Resolves when this number of tasks is desired, and running. */
    settlesAt: (count: number) =>
      clock.eventually(async () => {
        const { desiredCount, runningCount } = await describe();
        expect([desiredCount, runningCount]).toEqual([count, count]);
      }),
    /** Resolves when this number of tasks are healthy targets of the load balancer. */
    serves: (count: number) =>
      clock.eventually(async () => {
        const { TargetHealthDescriptions: targets = [] } = await elbv2.describeTargetHealth({
          TargetGroupArn: delivery.targetGroups.blue,
        });
        expect(targets.filter(({ TargetHealth }) => TargetHealth?.State === "healthy")).toHaveLength(count);
      }),
    register: (MinCapacity: number, MaxCapacity: number) =>
      scaling.registerScalableTarget({ ...target, MinCapacity, MaxCapacity }),
    track: (PolicyName: string, configuration: TargetTrackingScalingPolicyConfiguration) =>
      scaling.putScalingPolicy({
        ...{ ...target, PolicyName, PolicyType: "TargetTrackingScaling" },
        TargetTrackingScalingPolicyConfiguration: configuration,
      }),
    close: () => simulator.close(),
  };
}

/** Creates a fixture with one running task for each test of a file; call the result inside the tests. */
export function fixtureOfEachTest(create: () => Promise<Fixture> = createTestFixture): () => Fixture {
  let fixture: Fixture;
  beforeEach(async () => {
    fixture = await create();
    await fixture.settlesAt(1);
  });
  afterEach(() => fixture?.close());
  return () => fixture;
}
