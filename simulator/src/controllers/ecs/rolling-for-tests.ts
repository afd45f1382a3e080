import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  DeploymentConfiguration,
  ServiceDeployment,
  UpdateServiceCommandInput,
} from "@aws-sdk/client-ecs";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { createWorld } from "../../aws/ecs/world-for-tests.ts";
import type { PulledImage } from "../../planes/registry.ts";
import { makeProgram } from "../../planes/tasks/images-for-tests.ts";

const server = `
  import { createServer } from "node:http";
  createServer((_, response) => response.end("ok")).listen(8080);
`;

export const where = { cluster: "main", service: "web" };

/** Gives every test of a file an ECS with real processes, and what a rolling update is followed by. */
export function useRollingService() {
  let directory: string;
  let images: Record<string, PulledImage>;
  let world: Awaited<ReturnType<typeof createWorld>>;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "rolling-test-"));
    images = {
      web: await makeProgram(directory, server),
      crashing: await makeProgram(directory, "process.exit(3)"),
    };
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));
  beforeEach(async () => {
    world = await createWorld(images);
    await world.ecs.createCluster({ clusterName: "main" });
  });
  afterEach(() => world.close());

  /** All deployments of the service, newest first. */
  const deployments = async (): Promise<ServiceDeployment[]> => {
    const { serviceDeployments: briefs = [] } = await world.ecs.listServiceDeployments(where);
    const serviceDeploymentArns = briefs.map(({ serviceDeploymentArn = "" }) => serviceDeploymentArn);
    return (await world.ecs.describeServiceDeployments({ serviceDeploymentArns })).serviceDeployments ?? [];
  };
  /** The newest one, once it has this status. */
  const newest = async (status: string): Promise<ServiceDeployment> => {
    await expect.poll(async () => (await deployments())[0]?.status, { timeout: 15_000 }).toBe(status);
    return (await deployments())[0] ?? {};
  };
  return {
    get world() {
      return world;
    },
    get images() {
      return images;
    },
    deployments,
    newest,
    async create(deploymentConfiguration: DeploymentConfiguration = {}, desiredCount = 2) {
      await world.register();
      await world.createService({ deploymentController: undefined, desiredCount, deploymentConfiguration });
      await newest("SUCCESSFUL");
    },
    /** Deploys a new task definition, with the service's image or another one. */
    async update(image = "web", settings: Partial<UpdateServiceCommandInput> = {}) {
      const { taskDefinition } = await world.register({ image });
      const { taskDefinitionArn } = taskDefinition ?? {};
      await world.ecs.updateService({ ...where, taskDefinition: taskDefinitionArn, ...settings });
    },
    rollouts: async () => (await world.describeService()).deployments ?? [],
    messages: async () => ((await world.describeService()).events ?? []).map(({ message }) => message),
    /** Of each task that runs, the revision of its task definition. */
    runningRevisions: async () =>
      (await world.tasks())
        .filter(({ lastStatus }) => lastStatus === "RUNNING")
        .map(({ taskDefinitionArn = "" }) => Number(taskDefinitionArn.split(":").at(-1))),
  };
}
