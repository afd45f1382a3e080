import type { Program } from "@ecs-delivery/simulator/runtime/tasks/in-process-runtime.support";
import { pushProgram } from "@ecs-delivery/simulator/services/ecs/controller/push-program.support";
import type { TestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { type LabNames, programs } from "./lab-parts.support.ts";
import { type ServiceName, services } from "./parts.ts";

export async function pushImages(simulator: TestSimulator, names: LabNames, site = programs) {
  for (const service of services) await pushImage(simulator, names.repository[service], site[service]);
}

async function pushImage(simulator: TestSimulator, name: string, program: Program) {
  const { repositories } = await simulator.aws.ecr.describeRepositories({ repositoryNames: [name] });
  await pushProgram(simulator, repositories?.[0]?.repositoryUri ?? "", program);
}

/** Pushes both images if needed, and waits until their pipelines have deployed them. */
export async function releaseBoth(
  simulator: TestSimulator,
  names: LabNames,
  { images = true, site = programs } = {},
) {
  const { aws, clock } = simulator;
  if (images) {
    // The first run fails: the image does not exist yet.
    for (const service of services) await ended(simulator, names.pipeline[service], "Failed");
    await pushImages(simulator, names, site);
  }
  for (const service of services) await ended(simulator, names.pipeline[service], "Succeeded");
  await clock.until(async () => {
    const { deployments = [] } = await aws.codedeploy.listDeployments({
      includeOnlyStatuses: ["InProgress"],
    });
    return deployments.length === 0;
  });
}

/** Pushes another image of a service, and waits until its pipeline has deployed it: the second release. */
export async function releaseAgain(simulator: TestSimulator, names: LabNames, service: ServiceName) {
  const { aws, clock } = simulator;
  await pushImage(simulator, names.repository[service], (machine) => programs[service](machine));
  const group = { applicationName: names.application, deploymentGroupName: names.group[service] };
  await clock.until(
    async () => {
      const { deployments = [] } = await aws.codedeploy.listDeployments({
        ...group,
        includeOnlyStatuses: ["Succeeded"],
      });
      return deployments.length === 2;
    },
    { withinMs: 60 * 60_000 },
  );
}

async function ended({ aws, clock }: TestSimulator, pipelineName: string, status: string) {
  await clock.until(
    async () => {
      const { pipelineExecutionSummaries = [] } = await aws.codepipeline.listPipelineExecutions({
        pipelineName,
      });
      return pipelineExecutionSummaries[0]?.status === status;
    },
    { withinMs: 60 * 60_000 },
  );
}
