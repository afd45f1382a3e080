import type {
  DeploymentConfiguration,
  ServiceDeployment,
  UpdateServiceCommandInput,
} from "@aws-sdk/client-ecs";
import { afterEach, beforeEach, expect } from "vitest";
import { webProgram } from "../../../runtime/tasks/in-process-runtime.support.ts";
import type { TestClock } from "../../../virtual-clock.support.ts";
import { createFixture, type Fixture, where } from "../fixture.support.ts";
import { deploymentsOf } from "./fixture.support.ts";

/** Gives every test of a file a separate ECS, and tools to follow a rolling update. */
export function useRollingService() {
  let fixture: Fixture;
  beforeEach(async () => {
    fixture = await createFixture({ web: webProgram, crashing: () => 3 });
    await fixture.ecs.createCluster({ clusterName: "main" });
  });
  afterEach(() => fixture.close());

  const eventually: TestClock["eventually"] = (assertion) => fixture.clock.eventually(assertion);
  const deployments = () => deploymentsOf(fixture.ecs);
  /** Returns the newest deployment, once it has this status. */
  const newest = async (status: string): Promise<ServiceDeployment> => {
    await eventually(async () => expect((await deployments())[0]?.status).toBe(status));
    return (await deployments())[0] ?? {};
  };
  return {
    get fixture() {
      return fixture;
    },
    get ecs() {
      return fixture.ecs;
    },
    describeService: () => fixture.describeService(),
    tasks: (...status: Parameters<Fixture["tasks"]>) => fixture.tasks(...status),
    eventually,
    deployments,
    newest,
    async create(deploymentConfiguration: DeploymentConfiguration = {}, desiredCount = 2) {
      await fixture.register();
      await fixture.createService({ deploymentController: undefined, desiredCount, deploymentConfiguration });
      await newest("SUCCESSFUL");
    },
    /** Deploys a new task definition, with the service's image or another one. */
    async update(image = "web", settings: Partial<UpdateServiceCommandInput> = {}) {
      const { taskDefinition } = await fixture.register({ image });
      const { taskDefinitionArn } = taskDefinition ?? {};
      await fixture.ecs.updateService({ ...where, taskDefinition: taskDefinitionArn, ...settings });
    },
    rollouts: async () => (await fixture.describeService()).deployments ?? [],
    messages: async () => ((await fixture.describeService()).events ?? []).map(({ message }) => message),
    /** Returns the revision of the task definition of each running task. */
    runningRevisions: async () =>
      (await fixture.tasks())
        .filter(({ lastStatus }) => lastStatus === "RUNNING")
        .map(({ taskDefinitionArn = "" }) => Number(taskDefinitionArn.split(":").at(-1))),
  };
}
