import { CodeDeployClient } from "@aws-sdk/client-codedeploy";
import {
  DescribeServiceDeploymentsCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListServiceDeploymentsCommand,
  ListTasksCommand,
  type ServiceDeployment,
  StopServiceDeploymentCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { mockClient } from "aws-sdk-client-mock";
import { minute, runVirtually } from "../deployment/virtual-run.support.ts";
import type { DeployInputs } from "../inputs.ts";
import { readRun } from "../order/run.ts";
import { beginDeployment } from "./begin.ts";

const client = new ECSClient();
export const ecs = mockClient(client);

export const arnOf = (id: string) => `arn:aws:ecs:us-east-1:1:service-deployment/c/web/${id}`;

export const briefOf = (id: string, parts: object = {}) => ({
  serviceDeploymentArn: arnOf(id),
  targetServiceRevisionArn: `revision-of-${id}`,
  status: "SUCCESSFUL" as const,
  createdAt: new Date(Number(id.slice(2)) * 1_000),
  ...parts,
});

/**
 * Mocks a service that runs web:1 since the deployment d-1, and an ECS that responds to an update with the deployment
 * d-2.
 */
export function mockAccount(): void {
  ecs.reset();
  runs("web:1");
  ecs.on(ListTasksCommand).resolves({ taskArns: [] });
  ecs.on(DescribeTaskDefinitionCommand).resolves({ taskDefinition: { containerDefinitions: [] } });
  ecs.on(ListServiceDeploymentsCommand).resolves({ serviceDeployments: [briefOf("d-1")] });
  ecs.on(UpdateServiceCommand).resolves({
    service: {
      currentServiceDeployment: arnOf("d-2"),
      deployments: [{ status: "PRIMARY", id: "ecs-svc/2" }],
    },
  });
  ecs.on(StopServiceDeploymentCommand).resolves({});
}

/** Sets what production runs from now on. */
export function runs(taskDefinition: string, parts: object = {}): void {
  const primary = { status: "PRIMARY", taskDefinition, runningCount: 1, desiredCount: 1 };
  const service = {
    status: "ACTIVE",
    serviceArn: "arn:web",
    taskDefinition,
    desiredCount: 1,
    deployments: [primary],
  };
  ecs.on(DescribeServicesCommand).resolves({ services: [{ ...service, ...parts }] });
}

/** Sets the state of the service deployment from now on. */
export function is(parts: ServiceDeployment): void {
  ecs
    .on(DescribeServiceDeploymentsCommand)
    .resolves({ serviceDeployments: [{ createdAt: new Date(2_000), ...parts }] });
}

export function succeeds(): void {
  ecs.on(DescribeServiceDeploymentsCommand).callsFake(() => {
    runs("web:2");
    return { serviceDeployments: [{ status: "SUCCESSFUL" }] };
  });
}

export const updates = () => ecs.commandCalls(UpdateServiceCommand).map(({ args }) => args[0].input);

const env = {
  GITHUB_REPOSITORY: "octocat/shop",
  GITHUB_WORKFLOW_REF: "octocat/shop/.github/workflows/deploy.yml@refs/heads/main",
  GITHUB_RUN_NUMBER: "12",
  GITHUB_RUN_ATTEMPT: "1",
};

/** Runs as run 12 of the workflow. */
export function run(changes: Partial<DeployInputs> = {}, budget = { ms: 90 * minute, given: false }) {
  const clients = { ecs: client, codedeploy: new CodeDeployClient() };
  return runVirtually({ clients, begin: beginDeployment, changes, budget, run: readRun(env) });
}
