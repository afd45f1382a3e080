import { unknownPart } from "../../../permissions/permissions.ts";
import { roleLists } from "../../../permissions/role-lists.ts";
import { type Refusal, type RoleUse, refusalOf, rolesOfTask } from "../../../permissions/service-roles.ts";
import { DeploymentFailure, type Route, type Run } from "./run.ts";

type Use = RoleUse<typeof roleLists.codeDeploy>;

/** Names of the services in CodeDeploy's messages; ECS denies passing a role, too. */
const serviceNames: Readonly<Record<string, string>> = {
  ecs: "AmazonECS",
  iam: "AmazonECS",
  elasticloadbalancing: "AmazonElasticLoadBalancingV2",
  cloudwatch: "AmazonCloudWatch",
  lambda: "AWSLambda",
};

/** Returns why the service role does not permit a step of the deployment. */
export function refusalOfStep(
  { environment, deployment }: Run,
  step: Use["step"],
  values: Use["values"] = {},
): Promise<Refusal | undefined> {
  const { serviceRoleArn: roleArn, service } = deployment.settings;
  return refusalOf(environment, {
    roleArn,
    list: roleLists.codeDeploy,
    ...(step && { step }),
    values: { cluster: service.clusterName, service: service.serviceName, ...values },
  });
}

/**
 * Rejects if the service role does not permit a step; without a step, if CodeDeploy may not assume it. Sources:
 * ErrorInformation, CodeDeploy API reference; a recorded message (aws/serverless-application-model#219).
 */
export async function requirePermission(run: Run, step?: Use["step"], values?: Use["values"]): Promise<void> {
  const refusal = await refusalOfStep(run, step, values);
  if (!refusal) return;
  if (refusal.outcome !== "denied")
    throw new DeploymentFailure("IAM_ROLE_MISSING", "The service role cannot be accessed.");
  const service = serviceNames[refusal.action.split(":")[0] ?? ""];
  throw new DeploymentFailure(
    "IAM_ROLE_PERMISSIONS",
    `The IAM role ${run.deployment.settings.serviceRoleArn} does not give you permission to perform operations in the following AWS service: ${service}. Contact your AWS administrator if you need help. If you are an AWS administrator, you can grant permissions to your users or groups by creating IAM policies.`,
  );
}

/** Rejects if the service role does not permit the installation of the replacement task set. */
export async function requireInstallation(run: Run): Promise<void> {
  if (run.environment.permissions.mode === "off") return;
  const { taskDefinition } = await run.environment.aws.ecs
    .describeTaskDefinition({ taskDefinition: run.appSpec.taskDefinition })
    .catch(() => ({ taskDefinition: undefined }));
  const taskRoles = rolesOfTask(run.environment, taskDefinition ?? {});
  await requirePermission(run, "install", { taskSet: unknownPart, taskRoles });
}

/** Rejects if the service role does not permit changes of these routes. */
export async function requireRouting(run: Run, routes: readonly Route[]): Promise<void> {
  for (const { listenerArn, ruleArn } of routes)
    await requirePermission(run, ruleArn ? "changeRule" : "changeListener", { arn: ruleArn ?? listenerArn });
}
