import { type Row, refused } from "../row.ts";
import type { Scene } from "../scene.ts";

const scaleTo = (desiredCount: number) => (scene: Scene) =>
  scene.aws.ecs.updateService({ ...scene.where, desiredCount });

/** Creates and deletes a service whose only task does not end when asked to. */
async function createLeavingService({ aws, where, register, version, stage }: Scene): Promise<string> {
  const serviceName = version("stubborn");
  const { services = [] } = await aws.ecs.describeServices({
    cluster: where.cluster,
    services: [where.service],
  });
  const networkConfiguration =
    services[0]?.networkConfiguration ?? services[0]?.taskSets?.[0]?.networkConfiguration;
  const launch = { launchType: "FARGATE", desiredCount: 1, networkConfiguration } as const;
  const taskDefinition = await register(serviceName);
  await aws.ecs.createService({ ...launch, cluster: where.cluster, serviceName, taskDefinition });
  await untilReady();
  await aws.ecs.deleteService({ cluster: where.cluster, service: serviceName, force: true });
  return serviceName;

  /** Resolves when the task has logged that it runs, so that it can receive the stop. */
  function untilReady() {
    return stage.simulator.clock.until(async () => {
      const { taskArns = [] } = await aws.ecs.listTasks({ cluster: where.cluster, serviceName });
      const logStreamNamePrefix = `web/web/${taskArns[0]?.split("/").at(-1)}`;
      const query = { logGroupName: "web", logStreamNamePrefix };
      const { logStreams = [] } = await aws.logs.describeLogStreams(query);
      return logStreams[0]?.lastEventTimestamp;
    });
  }
}

/** Services to which nothing can be deployed. */
export const rowsOfServices: readonly Row[] = [
  {
    fault: "service missing",
    inputs: { service: "none" },
    expect: refused(
      /^Cluster \S+ has no service none \(MISSING\)$/,
      /check the inputs cluster and service, and the region; nothing was changed/,
    ),
  },
  {
    fault: "draining",
    arrange: async (scene) => ({ inputs: { service: await createLeavingService(scene) } }),
    expect: refused(
      /^Service stubborn-\d+ of cluster \S+ is DRAINING, not ACTIVE$/,
      /create the service again/,
    ),
  },
  {
    fault: "service scaled to 0",
    when: "before",
    arrange: async (scene) => {
      const before = await scene.page();
      await scaleTo(0)(scene);
      return { before, undo: () => scaleTo(1)(scene) };
    },
    expect: {
      ...refused(
        /^service web has a desired count of 0, so the new revision would not be tested$/,
        /set the input desired-count/,
      ),
      unserved: true,
    },
  },
  {
    fault: "service scaled to 0",
    when: "during the deployment",
    meanwhile: { line: /traffic: old 0 %, new 100 %/, act: scaleTo(0) },
    arrange: async (scene) => ({ undo: () => scaleTo(1)(scene) }),
    expect: {
      status: "failed",
      production: "new",
      unserved: true,
      cause: /^web is scaled to 0 tasks now, so the new revision was not tested$/,
      nextStep: /what scaled the service/,
    },
  },
];
