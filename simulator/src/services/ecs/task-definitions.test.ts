import type { ContainerDefinition, RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFixture, webFamily } from "./fixture.support.ts";

let fixture: Awaited<ReturnType<typeof createFixture>>;
beforeEach(async () => {
  fixture = await createFixture();
});
afterEach(() => fixture.close());

const container = (settings: object = {}): ContainerDefinition => ({
  name: "web",
  image: "web:1",
  ...settings,
});
const input = (
  settings: Partial<RegisterTaskDefinitionCommandInput> = {},
): RegisterTaskDefinitionCommandInput => ({
  ...webFamily,
  containerDefinitions: [container()],
  ...settings,
});

describe("registerTaskDefinition", () => {
  it("returns the whole revision, defaults included", async () => {
    const { taskDefinition } = await fixture.ecs.registerTaskDefinition(
      input({
        cpu: ".5 vCPU",
        memory: "1 GB",
        containerDefinitions: [container({ portMappings: [{ containerPort: 8080 }] })],
      }),
    );
    expect(taskDefinition).toMatchObject({
      taskDefinitionArn: "arn:aws:ecs:us-east-1:123456789012:task-definition/web:1",
      revision: 1,
      status: "ACTIVE",
      cpu: "512",
      memory: "1024",
      compatibilities: ["EC2", "FARGATE"],
      volumes: [],
      placementConstraints: [],
      registeredAt: expect.any(Date),
      registeredBy: "arn:aws:iam::123456789012:root",
      containerDefinitions: [
        {
          cpu: 0,
          essential: true,
          environment: [],
          portMappings: [{ containerPort: 8080, hostPort: 8080, protocol: "tcp" }],
        },
      ],
    });
  });

  it("accepts the output of describeTaskDefinition", async () => {
    await fixture.ecs.registerTaskDefinition(input());
    const { taskDefinition = {} } = await fixture.ecs.describeTaskDefinition({ taskDefinition: "web" });
    const {
      taskDefinitionArn,
      revision,
      status,
      compatibilities,
      requiresAttributes,
      registeredAt,
      registeredBy,
      ...rest
    } = taskDefinition;
    const again = await fixture.ecs.registerTaskDefinition(rest as RegisterTaskDefinitionCommandInput);
    expect(again.taskDefinition).toMatchObject({ ...rest, revision: 2 });
  });

  const logs = { logDriver: "awslogs", options: { "awslogs-group": "g", "awslogs-region": "us-east-1" } };
  it.each<[string, Partial<RegisterTaskDefinitionCommandInput>, string]>([
    ["a bad family", { family: "a b" }, "Invalid family name"],
    ["no Fargate", { requiresCompatibilities: ["EC2"] }, "requiresCompatibilities must contain FARGATE"],
    ["another network mode", { networkMode: "bridge" }, "Fargate only supports network mode ‘awsvpc’."],
    ["no cpu", { cpu: undefined }, "Fargate requires that 'cpu' be defined at the task level."],
    [
      "a size that Fargate lacks",
      { memory: "512" },
      "No Fargate configuration exists for given values: 512 CPU, 512 memory.",
    ],
    ["no containers", { containerDefinitions: [] }, "Container list cannot be empty."],
    [
      "two of one name",
      { containerDefinitions: [container(), container()] },
      "Container.name should be unique: web",
    ],
    [
      "no essential one",
      { containerDefinitions: [container({ essential: false })] },
      "At least one container must be marked as essential.",
    ],
    [
      "a placeholder as image",
      { containerDefinitions: [container({ image: "<IMAGE1_NAME>" })] },
      "Container.image contains invalid characters: <IMAGE1_NAME>",
    ],
    [
      "ports that differ",
      { containerDefinitions: [container({ portMappings: [{ containerPort: 8080, hostPort: 80 }] })] },
      "the host ports and container ports in port mappings must match",
    ],
    [
      "no port",
      { containerDefinitions: [container({ portMappings: [{ containerPort: 0 }] })] },
      "Invalid container port 0 in container web",
    ],
    [
      "secrets without a role",
      {
        executionRoleArn: undefined,
        containerDefinitions: [container({ secrets: [{ name: "A", valueFrom: "x" }] })],
      },
      "you must also specify a value for 'executionRoleArn'",
    ],
    [
      "a secret without a reference",
      { containerDefinitions: [container({ secrets: [{ name: "A", valueFrom: "<DatabaseSecretArn>" }] })] },
      "Invalid valueFrom of secret A in container web: <DatabaseSecretArn>",
    ],
    [
      "a log driver of others",
      { containerDefinitions: [container({ logConfiguration: { logDriver: "splunk" } })] },
      "log driver awslogs only, not splunk",
    ],
    [
      "logs without prefix",
      { containerDefinitions: [container({ logConfiguration: logs })] },
      "Log driver awslogs requires options: awslogs-stream-prefix",
    ],
    [
      "unsupported features",
      { containerDefinitions: [container({ mountPoints: [{ sourceVolume: "v" }] })] },
      "The simulator does not perform mountPoints (container web).",
    ],
    [
      "volumes",
      { volumes: [{ name: "v" }] },
      "The simulator does not support volumes in RegisterTaskDefinition.",
    ],
    ["too much cpu", { containerDefinitions: [container({ cpu: 1024 })] }, "exceeds the task's 'cpu'"],
  ])("refuses %s", async (_, settings, message) => {
    await expect(fixture.ecs.registerTaskDefinition(input(settings))).rejects.toMatchObject({
      code: "ClientException",
      message: expect.stringContaining(message),
    });
    expect(await fixture.ecs.listTaskDefinitions({})).toMatchObject({ taskDefinitionArns: [] });
  });
});

describe("task definitions", () => {
  const arn = (revision: number) => `arn:aws:ecs:us-east-1:123456789012:task-definition/web:${revision}`;

  it("are found by family, family:revision and ARN", async () => {
    for (const _ of [1, 2])
      await fixture.ecs.registerTaskDefinition(input({ tags: [{ key: "a", value: "b" }] }));
    for (const [reference, revision] of [
      ["web", 2],
      ["web:1", 1],
      [arn(1), 1],
    ] as const) {
      const answer = await fixture.ecs.describeTaskDefinition({
        taskDefinition: reference,
        include: ["TAGS"],
      });
      expect(answer.taskDefinition?.taskDefinitionArn).toBe(arn(revision));
      expect(answer.tags).toEqual([{ key: "a", value: "b" }]);
    }
    await expect(fixture.ecs.describeTaskDefinition({ taskDefinition: "web:3" })).rejects.toThrow(
      "Unable to describe task definition.",
    );
  });

  it("are listed, and left out once deregistered", async () => {
    for (const _ of [1, 2, 3]) await fixture.ecs.registerTaskDefinition(input());
    const { taskDefinition } = await fixture.ecs.deregisterTaskDefinition({ taskDefinition: "web:3" });
    expect(taskDefinition?.status).toBe("INACTIVE");
    expect(
      (await fixture.ecs.describeTaskDefinition({ taskDefinition: "web" })).taskDefinition?.revision,
    ).toBe(2);
    expect(await fixture.ecs.listTaskDefinitions({ sort: "DESC" })).toMatchObject({
      taskDefinitionArns: [arn(2), arn(1)],
    });
    const first = await fixture.ecs.listTaskDefinitions({ maxResults: 1 });
    expect(first.taskDefinitionArns).toEqual([arn(1)]);
    expect(await fixture.ecs.listTaskDefinitions({ nextToken: first.nextToken })).toMatchObject({
      taskDefinitionArns: [arn(2)],
    });
    expect(await fixture.ecs.listTaskDefinitions({ status: "INACTIVE" })).toMatchObject({
      taskDefinitionArns: [arn(3)],
    });
    expect(await fixture.ecs.listTaskDefinitionFamilies({ familyPrefix: "w" })).toMatchObject({
      families: ["web"],
    });
  });
});
