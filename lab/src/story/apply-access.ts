import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
  waitUntilStackCreateComplete,
} from "@aws-sdk/client-cloudformation";
import type { Mirrors } from "../runner/load/sources.ts";
import { giveParameters } from "./change.ts";

/** Name of the repository, as in its tokens. */
export const repositoryName = "rehearsal/ecs-delivery";

/** Whose tokens the roles trust, and whose workflow files the repository calls, if not its own. */
function parametersOf(mirrors: Mirrors = {}): Record<string, string> {
  const [source] = Object.keys(mirrors);
  return {
    GitHubRepository: repositoryName,
    ...(source && { WorkflowSource: `${source}@refs/tags/v1` }),
  };
}

/** The change of a fork that uses roles. Source: infra-templates/README.md. */
export const giveAccess = (mirrors: Mirrors | undefined) =>
  giveParameters("standard", "access", parametersOf(mirrors));

/** Outputs of access.yaml → variables of the repository. Source: docs/fork.md. */
const variables = {
  DeployRoleArn: "AWS_ROLE_TO_ASSUME",
  ProvisionRoleArn: "AWS_ROLE_TO_PROVISION",
  PlanRoleArn: "AWS_ROLE_TO_PLAN",
  BoundaryArn: "PERMISSIONS_BOUNDARY",
} as const;

/**
 * Creates the roles of the jobs, as the account's administrator does before the first run. Resolves to the variables
 * that make the jobs use them.
 */
export async function applyAccess(
  { cloudformation: client }: { readonly cloudformation: CloudFormationClient },
  { checkout, mirrors }: { readonly checkout: string; readonly mirrors: Mirrors | undefined },
): Promise<Record<string, string>> {
  const StackName = "microservices-access";
  await client.send(
    new CreateStackCommand({
      StackName,
      TemplateBody: await readFile(join(checkout, "infra-templates/access.yaml"), "utf8"),
      Parameters: Object.entries(parametersOf(mirrors)).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
      EnableTerminationProtection: true,
      Capabilities: ["CAPABILITY_NAMED_IAM"],
    }),
  );
  await waitUntilStackCreateComplete({ client, maxWaitTime: 120, minDelay: 1, maxDelay: 1 }, { StackName });
  const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
  const outputs = new Map(stack?.Outputs?.map(({ OutputKey, OutputValue = "" }) => [OutputKey, OutputValue]));
  return Object.fromEntries(
    Object.entries(variables).map(([output, variable]) => [variable, outputs.get(output) ?? ""]),
  );
}
