import type { ContainerDefinition, RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFixture, webFamily } from "./fixture.support.ts";
import { readRegistrationCases } from "./registration-cases.support.ts";

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

  const cases = readRegistrationCases().filter(([, { message }]) => message !== undefined);
  it.each(cases)("refuses %s with ECS's message", async (_, { definition, message = "" }) => {
    await expect(fixture.ecs.registerTaskDefinition(definition)).rejects.toMatchObject({
      message: expect.stringContaining(message),
    });
    expect(await fixture.ecs.listTaskDefinitions({})).toMatchObject({ taskDefinitionArns: [] });
  });

  const accepted = readRegistrationCases().filter(([, { message }]) => message === undefined);
  it.each(accepted)("accepts %s, or says that the simulator lacks it", async (_, { definition }) => {
    const registering = fixture.ecs.registerTaskDefinition(definition);
    const message = await registering.then(
      () => "",
      (error: Error) => error.message,
    );
    expect(message).toMatch(/^$|^The simulator |^Log driver awslogs requires options/);
  });

  const of = (...containers: object[]) => ({ containerDefinitions: containers.map(container) });
  const logs = { logDriver: "awslogs", options: { "awslogs-group": "g", "awslogs-region": "us-east-1" } };
  it.each<[string, Partial<RegisterTaskDefinitionCommandInput>, string]>([
    ["no Fargate", { requiresCompatibilities: ["EC2"] }, "requiresCompatibilities must contain FARGATE"],
    [
      "a placeholder as image",
      of({ image: "<IMAGE1_NAME>" }),
      "Container.image contains invalid characters: <IMAGE1_NAME>",
    ],
    [
      "a secret without a reference",
      of({ secrets: [{ name: "A", valueFrom: "<DatabaseSecretArn>" }] }),
      "Invalid valueFrom of secret A in container web: <DatabaseSecretArn>",
    ],
    [
      "a log driver of others",
      of({ logConfiguration: { logDriver: "splunk" } }),
      "log driver awslogs only, not splunk",
    ],
    [
      "logs without prefix",
      of({ logConfiguration: logs }),
      "Log driver awslogs requires options: awslogs-stream-prefix",
    ],
    ["unsupported features", of({ interactive: true }), "does not perform interactive (container web)."],
    ["volumes", { volumes: [{ name: "v" }] }, "does not support volumes in RegisterTaskDefinition."],
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
      const asked = { taskDefinition: reference, include: ["TAGS" as const] };
      expect(await fixture.ecs.describeTaskDefinition(asked)).toMatchObject({
        taskDefinition: { taskDefinitionArn: arn(revision) },
        tags: [{ key: "a", value: "b" }],
      });
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
    const list = async (asked: Parameters<typeof fixture.ecs.listTaskDefinitions>[0]) =>
      (await fixture.ecs.listTaskDefinitions(asked)).taskDefinitionArns;
    expect(await list({ sort: "DESC" })).toEqual([arn(2), arn(1)]);
    const first = await fixture.ecs.listTaskDefinitions({ maxResults: 1 });
    expect(first.taskDefinitionArns).toEqual([arn(1)]);
    expect(await list({ nextToken: first.nextToken })).toEqual([arn(2)]);
    expect(await list({ status: "INACTIVE" })).toEqual([arn(3)]);
    expect((await fixture.ecs.listTaskDefinitionFamilies({ familyPrefix: "w" })).families).toEqual(["web"]);
  });
});
