import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateDeploymentCommand,
  GetDeploymentCommand,
  GetDeploymentGroupCommand,
  GetDeploymentTargetCommand,
  ListDeploymentsCommand,
  ListDeploymentTargetsCommand,
} from "@aws-sdk/client-codedeploy";
import { ECRClient } from "@aws-sdk/client-ecr";
import {
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ListServiceDeploymentsCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { mockClient } from "aws-sdk-client-mock";
import type { Failure } from "../core/failure.ts";
import { clients, codedeploy, ecs, mockAccount } from "./codedeploy/mocks.support.ts";
import { deploy } from "./deploy.ts";
import { deployInputs, named, virtualConfig, virtualContext } from "./deployment/virtual-run.support.ts";
import type { DeployInputs } from "./inputs.ts";
import { type DeploymentRecord, newRecord } from "./record.ts";

export { codedeploy, ecs };

const arn = (service: string, name: string) => `arn:aws:${service}:us-east-1:123456789012:${name}`;
export const serviceArn = arn("ecs", "service/c/web");
const deploymentArn = arn("ecs", "service-deployment/c/web/d-1");
const revisions = { old: arn("ecs", "task-definition/web:1"), new: arn("ecs", "task-definition/web:2") };
const container = (image: string) => ({
  name: "web",
  image,
  portMappings: [{ containerPort: 8080, protocol: "tcp" as const }],
});

export const denied = (action: string, resource = "*") =>
  named(
    "AccessDeniedException",
    `User: arn:x is not authorized to perform: ${action} on resource: ${resource}`,
  );

const reads = {
  "codedeploy:GetDeployment": () => codedeploy.on(GetDeploymentCommand),
  "codedeploy:GetDeploymentTarget": () => codedeploy.on(GetDeploymentTargetCommand),
  "codedeploy:ListDeploymentTargets": () => codedeploy.on(ListDeploymentTargetsCommand),
  "ecs:DescribeServiceDeployments": () => ecs.on(DescribeServiceDeploymentsCommand),
  "ecs:DescribeServiceRevisions": () => ecs.on(DescribeServiceRevisionsCommand),
  "ecs:DescribeTaskDefinition": () => ecs.on(DescribeTaskDefinitionCommand),
};

/** Denies these reads to the role. */
export function deny(...actions: readonly (keyof typeof reads)[]): void {
  for (const action of actions) reads[action]().rejects(denied(action));
}

const ecr = new ECRClient(virtualConfig);
const elbv2 = new ElasticLoadBalancingV2Client(virtualConfig);
const unseen = [mockClient(ecr), mockClient(elbv2)];

type Controller = "ECS" | "CODE_DEPLOY" | "EXTERNAL";

/** Mocks a service that runs web:1, and an AWS that deploys web:2 without errors; no other service can be read. */
export function mockService(controller: Controller): void {
  mockAccount();
  for (const client of unseen) client.rejects(denied("any:Thing"));
  ecs
    .on(DescribeTaskDefinitionCommand)
    .resolves({ taskDefinition: { family: "web", containerDefinitions: [container("x/web:1")] } })
    .on(RegisterTaskDefinitionCommand)
    .resolves({ taskDefinition: { taskDefinitionArn: revisions.new } })
    .on(ListServiceDeploymentsCommand)
    .resolves({ serviceDeployments: [] })
    .on(DescribeServiceRevisionsCommand)
    .resolves({ serviceRevisions: [] })
    .on(UpdateServiceCommand)
    .callsFake(() => {
      runs(controller, revisions.new);
      return { service: { currentServiceDeployment: deploymentArn } };
    })
    .on(DescribeServiceDeploymentsCommand)
    .resolves({ serviceDeployments: [{ serviceDeploymentArn: deploymentArn, status: "SUCCESSFUL" }] });
  codedeploy
    .on(GetDeploymentGroupCommand)
    .resolves({ deploymentGroupInfo: groupInfo })
    .on(ListDeploymentsCommand)
    .resolves({ deployments: ["d-0"] })
    .on(CreateDeploymentCommand)
    .callsFake(() => {
      runs(controller, revisions.new);
      return { deploymentId: "d-1" };
    })
    .on(GetDeploymentCommand)
    .resolves({ deploymentInfo: { status: "Succeeded" } });
  runs(controller, revisions.old);
}

const groupInfo = {
  computePlatform: "ECS" as const,
  ecsServices: [{ clusterName: "c", serviceName: "web" }],
  loadBalancerInfo: {
    targetGroupPairInfoList: [
      {
        prodTrafficRoute: { listenerArns: [arn("elasticloadbalancing", "listener/app/web/1/1")] },
        targetGroups: [{ name: "blue" }, { name: "green" }],
      },
    ],
  },
};

function runs(type: Controller, taskDefinition: string): void {
  const targetGroupArn = arn("elasticloadbalancing", "targetgroup/blue/1");
  const counts = { status: "PRIMARY", taskDefinition, runningCount: 1 };
  const loadBalancers = [{ targetGroupArn, containerName: "web", containerPort: 8080 }];
  const service = {
    serviceArn,
    serviceName: "web",
    status: "ACTIVE",
    desiredCount: 1,
    taskDefinition,
    deploymentController: { type },
    ...(type === "ECS"
      ? { deployments: [{ ...counts, desiredCount: 1 }] }
      : { taskSets: [{ ...counts, computedDesiredCount: 1, loadBalancers }] }),
  };
  ecs.on(DescribeServicesCommand).resolves({ services: [service] });
}

/** Error of an operation, such as `CreateDeployment`, at this many milliseconds; undefined: it works. */
type Strike = (operation: string, at: number) => Error | undefined;

/** Runs the whole step in virtual time: `changes` counts the calls that register or deploy. */
export async function runWhole(
  changes: Partial<DeployInputs> = {},
  strike: Strike = () => undefined,
  record = newRecord("c", "web"),
) {
  const folder = mkdtempSync(join(tmpdir(), "whole-run-"));
  try {
    const file = join(folder, "web.json");
    writeFileSync(file, JSON.stringify({ family: "web", containerDefinitions: [container("x/web:2")] }));
    return await runOn(deployInputs(file, changes), strike, record);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function runOn(inputs: DeployInputs, strike: Strike, record: DeploymentRecord) {
  const { context, lines } = virtualContext({
    ecs: struck(clients.ecs, () => context.clock.now(), strike),
    codedeploy: struck(clients.codedeploy, () => context.clock.now(), strike),
    ecr: async () => ecr,
    elbv2: async () => elbv2,
  });
  const error = await deploy(context, inputs, record).then(
    () => undefined,
    (reason: Failure) => reason,
  );
  const changed = [
    ...ecs.commandCalls(RegisterTaskDefinitionCommand),
    ...ecs.commandCalls(UpdateServiceCommand),
    ...codedeploy.commandCalls(CreateDeploymentCommand),
  ];
  return { error, record, lines, changes: changed.length, endedAt: context.clock.now() };
}

/** Returns the same client, whose operations fail as `strike` says. */
function struck<Client extends { send: unknown }>(client: Client, now: () => number, strike: Strike): Client {
  const send = async (command: object) => {
    const error = strike(command.constructor.name.replace(/Command$/, ""), now());
    if (error) throw error;
    return (client.send as (command: object) => Promise<never>)(command);
  };
  return Object.assign(Object.create(client) as Client, { send });
}
