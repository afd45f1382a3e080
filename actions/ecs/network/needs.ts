import { parseArn } from "../../core/arn.ts";
import type { TaskDefinitionInput } from "../../core/task-definition.ts";
import { ecrRegion } from "../../registry/ecr-login.ts";
import { parseImageName } from "../../registry/image-name.ts";

/** A service that a task of Fargate needs from its own network before its containers start. */
export interface Need {
  /** The last part of its endpoint's name in a VPC; undefined if it has none. */
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
  /** For messages. */
  readonly name: string;
}

/** Returns whether a registry is on the internet; one with another name may be in the VPC. */
export const isPublicRegistry = (host: string) =>
  /^(registry-1\.docker\.io|public\.ecr\.aws|ghcr\.io|quay\.io|mcr\.microsoft\.com|registry\.gitlab\.com|([a-z-]+\.)?gcr\.io|[a-z0-9-]+\.pkg\.dev)$/.test(
    host,
  );

/**
 * Returns what tasks of this definition need ("Fargate task networking", ECS developer guide: all of it goes through
 * the task's network interface). ECR has its layers in S3 ("Amazon ECR interface VPC endpoints").
 * @param ownRepositories URIs in ECR, of which some do not show that
 */
export function needsOf(
  { containerDefinitions = [] }: Pick<TaskDefinitionInput, "containerDefinitions">,
  ownRepositories: readonly string[] = [],
): Need[] {
  const needs = containerDefinitions.flatMap((container): Need[] => {
    const { logDriver, options, secretOptions = [] } = container.logConfiguration ?? {};
    const secrets = [...(container.secrets ?? []), ...secretOptions].map(({ valueFrom = "" }) => valueFrom);
    const credentials = container.repositoryCredentials?.credentialsParameter;
    const logs = { endpoint: "logs", region: options?.["awslogs-region"], name: "CloudWatch Logs" };
    return [
      ...needsOfImage(container.image ?? "", ownRepositories),
      ...(logDriver === "awslogs" ? [logs] : []),
      ...[...secrets, ...(credentials ? [credentials] : [])].map(needOfSecret),
    ];
  });
  return [...new Map(needs.map((need) => [JSON.stringify(need), need])).values()];
}

function needsOfImage(image: string, ownRepositories: readonly string[]): Need[] {
  const { host = "", repository = "" } = parseImageName(image) ?? {};
  const region = ecrRegion(host);
  const ofEcr = (endpoint: string) => ({ endpoint, region, name: "Amazon ECR" });
  if (region !== undefined || ownRepositories.includes(repository))
    return ["ecr.api", "ecr.dkr", "s3"].map(ofEcr);
  return isPublicRegistry(host) ? [{ endpoint: undefined, region, name: `the registry ${host}` }] : [];
}

function needOfSecret(valueFrom: string): Need {
  const arn = parseArn(valueFrom);
  return arn?.service === "secretsmanager"
    ? { endpoint: "secretsmanager", region: arn.region, name: "Secrets Manager" }
    : { endpoint: "ssm", region: arn?.region, name: "Systems Manager" };
}
