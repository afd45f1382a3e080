import { type Context, orNothing, textAt, textsAt } from "./input.ts";
import type { AccessRequest, ApiCall } from "./permissions.ts";
import { requestKeys } from "./request-keys.ts";

/**
 * Members with a role that the call passes, and the service that gets it. Source: "API operations defined by" each
 * service, Service Authorization Reference; for RunTask and UpdateService also recorded errors
 * (LBHackney-IT/Data-Platform#1992, keidarcy/e1s#429).
 */
const passed: Readonly<Record<string, readonly (readonly [paths: string, service: string])[]>> = {
  "cloudformation:ContinueUpdateRollback": [["RoleARN", "cloudformation"]],
  "cloudformation:CreateChangeSet": [["RoleARN", "cloudformation"]],
  "cloudformation:CreateStack": [["RoleARN", "cloudformation"]],
  "cloudformation:DeleteStack": [["RoleARN", "cloudformation"]],
  "cloudformation:RollbackStack": [["RoleARN", "cloudformation"]],
  "cloudformation:UpdateStack": [["RoleARN", "cloudformation"]],
  "codedeploy:CreateDeploymentGroup": [["serviceRoleArn", "codedeploy"]],
  "codedeploy:UpdateDeploymentGroup": [["serviceRoleArn", "codedeploy"]],
  "codepipeline:CreatePipeline": [["pipeline.roleArn", "codepipeline"]],
  "codepipeline:UpdatePipeline": [["pipeline.roleArn", "codepipeline"]],
  "ecs:CreateService": [["loadBalancers.advancedConfiguration.roleArn", "ecs"]],
  "ecs:RegisterTaskDefinition": [["executionRoleArn taskRoleArn", "ecs-tasks"]],
  "ecs:RunTask": [["overrides.executionRoleArn overrides.taskRoleArn", "ecs-tasks"]],
  "ecs:UpdateService": [["loadBalancers.advancedConfiguration.roleArn", "ecs"]],
  "events:PutRule": [["RoleArn", "events"]],
  "events:PutTargets": [["Targets.RoleArn", "events"]],
  "iam:AddRoleToInstanceProfile": [["RoleName", "ec2"]],
  "lambda:CreateFunction": [["Role", "lambda"]],
  "lambda:UpdateFunctionConfiguration": [["Role", "lambda"]],
  "rds:CreateDBInstance": [["MonitoringRoleArn", "monitoring.rds"]],
  "rds:ModifyDBInstance": [["MonitoringRoleArn", "monitoring.rds"]],
};

export async function passedRoles(call: ApiCall, context: Context): Promise<readonly AccessRequest[]> {
  const { service, operation, input } = call;
  const given = (passed[`${service}:${operation}`] ?? []).flatMap(([paths, to]) =>
    paths.split(" ").flatMap((path) => textsAt(input, path).map((role) => [role, to] as const)),
  );
  const roles = [
    ...given,
    ...(await rolesOfDefinition(call, context)),
    ...(await roleOfProfile(call, context)),
  ];
  const requests = roles.map(([role, to]) => {
    const keys = requestKeys("iam:PassRole", input, context, {
      "iam:passedtoservice": `${to}.amazonaws.com`,
    });
    return { action: "iam:PassRole", resource: roleArn(role, context), keys };
  });
  return requests.filter(
    ({ resource }, at) => requests.findIndex((each) => each.resource === resource) === at,
  );
}

/** ECS accepts a role's name in place of its ARN. */
function roleArn(role: string, { accountId, role: find }: Context): string {
  return role.startsWith("arn:") ? role : (find(role)?.arn ?? `arn:aws:iam::${accountId}:role/${role}`);
}

const withDefinition = ["CreateService", "CreateTaskSet", "RunTask", "UpdateService"];

/** Roles of the task definition, except those that the call overrides. */
async function rolesOfDefinition(
  { service, operation, input }: ApiCall,
  { aws }: Context,
): Promise<(readonly [string, string])[]> {
  const name = textAt(input, "taskDefinition");
  if (service !== "ecs" || name === undefined || !withDefinition.includes(operation)) return [];
  const { taskDefinition } = await orNothing(aws.ecs.describeTaskDefinition({ taskDefinition: name }));
  return (["executionRoleArn", "taskRoleArn"] as const).flatMap((member) => {
    const role = taskDefinition?.[member];
    return role === undefined || textAt(input, `overrides.${member}`) ? [] : [[role, "ecs-tasks"] as const];
  });
}

/** Source: "Grant a user permissions to pass an IAM role to an instance", EC2 user guide. */
async function roleOfProfile(
  { service, operation, input }: ApiCall,
  { aws }: Context,
): Promise<(readonly [string, string])[]> {
  if (service !== "ec2" || !/^(RunInstances|(Associate|Replace)IamInstanceProfile)/.test(operation))
    return [];
  const given = textAt(input, "IamInstanceProfile.Name") ?? textAt(input, "IamInstanceProfile.Arn");
  if (given === undefined) return [];
  const InstanceProfileName = given.slice(given.lastIndexOf("/") + 1);
  const { InstanceProfile } = await orNothing(aws.iam.getInstanceProfile({ InstanceProfileName }));
  return (InstanceProfile?.Roles ?? []).map(({ Arn = "" }) => [Arn, "ec2"] as const);
}
