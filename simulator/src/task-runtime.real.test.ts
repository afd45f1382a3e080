import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import { RDS, waitUntilDBInstanceAvailable } from "@aws-sdk/client-rds";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createNetwork } from "./outside-clients/web-account.support.ts";
import { taskRuntimeKinds } from "./runtime/tasks/runtime.ts";
import { hasDocker } from "./runtime/tasks/runtimes.support.ts";
import { pushProgram } from "./services/ecs/controller/push-program.support.ts";
import { type Simulator, startSimulator } from "./simulator.ts";
import { startRealSimulator } from "./test-simulator.support.ts";

/** Prints the database server's greeting, and the API's response to a call without a name. */
const program = `
  import { connect } from "node:net";
  const { DATABASE_HOST, API } = process.env;
  const database = connect(3306, DATABASE_HOST);
  database.once("data", async (greeting) => {
    console.log(/mariadb|mysql|\\d+\\.\\d+\\.\\d+/i.test(greeting.toString("latin1")) ? "database" : "something else");
    database.destroy();
    const response = await fetch(API, { method: "POST" });
    console.log("api", response.headers.has("x-amzn-requestid"));
  });
`;

describe.each(taskRuntimeKinds)("as %s, a task", (kind) => {
  describe.skipIf(kind === "docker" && !hasDocker)("of the simulated AWS", () => {
    let simulator: Simulator;
    let subnet: string;
    let group: string;
    let image: string;
    beforeAll(async () => {
      simulator = await startRealSimulator({ taskRuntime: kind });
      const { ecr, ecs } = simulator.aws;
      const { repository } = await ecr.createRepository({ repositoryName: "web" });
      await pushProgram(simulator, repository?.repositoryUri ?? "", "", kind);
      image = `${repository?.repositoryUri}:latest`;
      await ecs.createCluster({ clusterName: "main" });
      const network = await createNetwork(simulator);
      subnet = network.subnets[0] ?? "";
      group = network.securityGroup;
      await simulator.aws.rds.createDBSubnetGroup({
        DBSubnetGroupName: "subnets",
        DBSubnetGroupDescription: "two",
        SubnetIds: network.subnets,
      });
    });
    afterAll(() => simulator?.close());

    /** Runs a task of one container; returns its ARN. */
    const run = async (container: ContainerDefinition): Promise<string> => {
      const { ecs } = simulator.aws;
      const { taskDefinition } = await ecs.registerTaskDefinition({
        family: "web",
        requiresCompatibilities: ["FARGATE"],
        networkMode: "awsvpc",
        cpu: "1024",
        memory: "2048",
        executionRoleArn: "arn:aws:iam::123456789012:role/execution",
        containerDefinitions: [{ name: "web", image, ...container }],
      });
      const { tasks } = await ecs.runTask({
        cluster: "main",
        taskDefinition: taskDefinition?.taskDefinitionArn,
        launchType: "FARGATE",
        networkConfiguration: { awsvpcConfiguration: { subnets: [subnet], securityGroups: [group] } },
      });
      return tasks?.[0]?.taskArn ?? "";
    };

    it("reaches the database at RDS's address and the API, and its log is read", async () => {
      const { logs, rds } = simulator.aws;
      await rds.createDBInstance({
        DBInstanceIdentifier: "db",
        DBInstanceClass: "db.t3.micro",
        Engine: "mysql",
        AllocatedStorage: 20,
        MasterUsername: "nodeapp",
        ManageMasterUserPassword: true,
        DBSubnetGroupName: "subnets",
      });
      const client = new RDS(simulator.clientConfig);
      await waitUntilDBInstanceAvailable(
        { client, minDelay: 1, maxDelay: 1, maxWaitTime: 60 },
        { DBInstanceIdentifier: "db" },
      );
      const { DBInstances } = await rds.describeDBInstances({ DBInstanceIdentifier: "db" });
      const { Address } = DBInstances?.[0]?.Endpoint ?? {};
      const host = kind === "process" ? "127.0.0.1" : Address;

      await logs.createLogGroup({ logGroupName: "asks" });
      await run({
        entryPoint: ["node", "--input-type=module", "--eval", program],
        environment: [
          { name: "DATABASE_HOST", value: Address },
          { name: "API", value: `http://${host}:${new URL(simulator.endpoint).port}/` },
        ],
        logConfiguration: {
          logDriver: "awslogs",
          options: {
            "awslogs-group": "asks",
            "awslogs-region": "us-east-1",
            "awslogs-stream-prefix": "asks",
          },
        },
      });
      const said = async () =>
        (await logs.filterLogEvents({ logGroupName: "asks" })).events?.map(({ message }) => message);
      await expect.poll(said).toEqual(["database", "api true"]);
    });

    // Processes have no memory limit.
    if (kind === "process") return;
    it("is reported to have run out of its memory", async () => {
      const taskArn = await run({
        entryPoint: ["node", "--eval", "const all = []; for (;;) all.push(Buffer.alloc(1e7, 1))"],
        memory: 64,
      });
      const look = async () =>
        (await simulator.aws.ecs.describeTasks({ cluster: "main", tasks: [taskArn] })).tasks?.[0];
      await expect.poll(async () => (await look())?.lastStatus).toBe("STOPPED");
      expect(await look()).toMatchObject({
        stopCode: "EssentialContainerExited",
        stoppedReason: "Essential container in task exited",
        containers: [{ exitCode: 137, reason: "OutOfMemoryError: Container killed due to memory usage" }],
      });
    });
  });
});

it("is not started without an engine, with an error that states what to do", async () => {
  const { DOCKER_HOST } = process.env;
  process.env.DOCKER_HOST = "unix:///nowhere/docker.sock";
  try {
    await expect(startSimulator({ port: 0, taskRuntime: "docker" })).rejects.toThrow(
      /nothing answers there: install or start Docker, or run tasks as processes$/,
    );
  } finally {
    if (DOCKER_HOST === undefined) delete process.env.DOCKER_HOST;
    else process.env.DOCKER_HOST = DOCKER_HOST;
  }
});
