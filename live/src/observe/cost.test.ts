import type { Service } from "@aws-sdk/client-ecs";
import { expect, it } from "vitest";
import { spent } from "../../browser/account.mjs";
import type { PageClients } from "../clients.ts";
import { createCostReader } from "./cost.ts";
import { createReader } from "./reader.ts";
import { createRevisions } from "./services.ts";
import type { StackFacts } from "./stacks.ts";

const serviceArn = "arn:aws:ecs:us-east-1:123456789012:service/main/shop";

/** A stack of this template, whose resources exist. */
const shop = `
Parameters:
  Public: { Type: String, Default: ENABLED }
Resources:
  Cluster: { Type: "AWS::ECS::Cluster", Properties: { ClusterName: main } }
  Definition:
    Type: AWS::ECS::TaskDefinition
    Properties: { Family: shop, Cpu: "256", Memory: "512" }
  Service:
    Type: AWS::ECS::Service
    Properties:
      Cluster: !Ref Cluster
      ServiceName: shop
      DesiredCount: 1
      LaunchType: FARGATE
      TaskDefinition: !Ref Definition
      NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: !Ref Public } }
  Job: { Type: "AWS::Glue::Job" }
`;

/** Reads an account with one stack, whose service has this many tasks. */
function createStage(body: string, parameters: Record<string, string> = {}) {
  const calls: string[] = [];
  const cloudformation = {
    send: async (command: { input: { StackName: string } }) => {
      calls.push(command.input.StackName);
      return { TemplateBody: body };
    },
  } as unknown as PageClients["cloudformation"];
  const ecs = { send: async () => ({ taskDefinition: { family: "shop", cpu: "512", memory: "1024" } }) };
  const reader = createReader(() => 0);
  const revisions = createRevisions(ecs as never, reader);
  const read = createCostReader({ cloudformation, reader, revisions });
  const stack: StackFacts = {
    stack: {
      ...{ StackName: "shop", StackId: "1", CreationTime: new Date(0), StackStatus: "CREATE_COMPLETE" },
      Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
    },
    part: {
      ...{ name: "shop", status: "CREATE_COMPLETE", reason: undefined, createdAt: 0, changedAt: 0 },
      resources: [],
    },
    physicalIds: new Map([["Service", serviceArn]]),
  };
  return {
    calls,
    read: (desiredCount = 2) => {
      const service: Service = { serviceArn, desiredCount, taskDefinition: "task-definition/shop:2" };
      return read([stack], [{ cluster: "main", name: "shop", service, tasks: [], stopped: [] }]);
    },
  };
}

it("prices the tasks that run, of the deployed size", async () => {
  const { read } = createStage(shop, { Public: "DISABLED" });
  const cost = await read(3);
  // Three tasks of half a vCPU and 1 GB for 730 hours.
  const monthly = 3 * 730 * (0.5 * 0.04048 + 0.004445);
  expect(cost).toMatchObject({ services: [{ name: "AWS Fargate" }], leftOut: ["AWS::Glue::Job"] });
  expect((cost as { monthly: number }).monthly).toBeCloseTo(monthly, 2);
  expect(cost).toMatchObject({ stacks: [{ name: "shop", createdAt: 0 }] });
});

it("reads a template once, and computes again when a service is scaled", async () => {
  const { calls, read } = createStage(shop);
  const [one, same, scaled] = [await read(1), await read(1), await read(2)];
  expect(calls).toEqual(["shop"]);
  expect(same).toBe(one);
  expect(scaled).not.toBe(one);
});

it("says that a macro cannot be priced", async () => {
  const { read } = createStage('Transform: Count\nResources: { Topic: { Type: "AWS::S3::Bucket" } }');
  expect(await read()).toEqual({ problem: expect.stringMatching(/Transform "Count"/) });
});

it("has nothing to price without a template", async () => {
  expect(await createStage("").read()).toBeUndefined();
});

it.each([
  ["since the beginning of the month", Date.UTC(2026, 9, 1), 1, 73 * (10 / (730 / 24))],
  ["since the stack exists", Date.UTC(2026, 10, 10), 1, 73 * (1 / (730 / 24))],
  ["in AWS's time", Date.UTC(2026, 10, 10), 10, 73 * (10 / (730 / 24))],
  ["of at most a month", Date.UTC(2026, 10, 1), 60, 73],
])("counts the cost so far %s", (_, createdAt, timeScale, usd) => {
  const now = Date.UTC(2026, 10, 11);
  const cost = {
    ...{ monthly: 73, services: [], leftOut: [], prices: { region: "", date: "" } },
    stacks: [{ name: "shop", monthly: 73, createdAt }],
  };
  expect(spent(cost, { now, timeScale })).toBeCloseTo(usd);
});
