import {
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  ListServiceDeploymentsCommand,
  type ServiceDeployment,
  type ServiceDeploymentBrief,
  type ServiceDeploymentStatus,
} from "@aws-sdk/client-ecs";
import { lastSegment } from "../../core/arn.ts";
import type { EcsContext } from "../../ecs/context.ts";
import type { ServiceName } from "../../ecs/service.ts";

const ongoing: readonly (ServiceDeploymentStatus | undefined)[] = [
  "PENDING",
  "IN_PROGRESS",
  "STOP_REQUESTED",
  "ROLLBACK_REQUESTED",
  "ROLLBACK_IN_PROGRESS",
];

export function isOngoing({ status }: { readonly status?: ServiceDeploymentStatus | undefined }): boolean {
  return ongoing.includes(status);
}

/** Lists a service's deployments, newest first. */
export type ListDeployments = (signal: AbortSignal | undefined) => Promise<ServiceDeploymentBrief[]>;

/** Lists the service's deployments of the last 90 days, newest first; the first page contains all relevant ones. */
export async function listServiceDeployments(
  context: EcsContext,
  { cluster, service }: ServiceName,
  signal: AbortSignal | undefined,
): Promise<ServiceDeploymentBrief[]> {
  const command = new ListServiceDeploymentsCommand({ cluster, service });
  const { serviceDeployments = [] } = await context.clients.ecs.send(command, optionsOf(signal));
  return serviceDeployments.toSorted((one, other) => timeOf(other) - timeOf(one));
}

function timeOf({ createdAt }: ServiceDeploymentBrief): number {
  return createdAt?.getTime() ?? 0;
}

export async function describeServiceDeployment(
  context: EcsContext,
  arn: string,
  signal: AbortSignal | undefined,
): Promise<ServiceDeployment> {
  const command = new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn] });
  const { serviceDeployments = [], failures = [] } = await context.clients.ecs.send(
    command,
    optionsOf(signal),
  );
  if (serviceDeployments[0]) return serviceDeployments[0];
  throw new Error(`ECS no longer has ${arn} (${failures[0]?.reason ?? "MISSING"}); was the service deleted?`);
}

/** Returns the task definition ARN of each service revision, in the order of `arns`. */
export async function describeRevisions(
  context: EcsContext,
  arns: string[],
): Promise<(string | undefined)[]> {
  const command = new DescribeServiceRevisionsCommand({ serviceRevisionArns: arns });
  const { serviceRevisions = [] } = await context.clients.ecs.send(command);
  return arns.map((arn) => serviceRevisions.find((each) => each.serviceRevisionArn === arn)?.taskDefinition);
}

/** Returns the last part of a service deployment's ARN, for messages. */
export function shortId(arn = ""): string {
  return lastSegment(arn);
}

function optionsOf(signal: AbortSignal | undefined) {
  return signal ? { abortSignal: signal } : {};
}
