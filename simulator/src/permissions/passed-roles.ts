import { lastPart } from "../kit/last-part.ts";
import { type Context, orNothing, textAt, textsAt } from "./input.ts";
import type { AccessRequest, ApiCall } from "./permissions.ts";
import { requestKeys } from "./request-keys.ts";
import rules from "./rules.json" with { type: "json" };

/** Members with a role that the call passes, and the service that gets it. */
const passed: Readonly<Record<string, string>> = rules.passedRoles;

/** Returns a request for each role that the call passes to a service. */
export async function passedRoles(call: ApiCall, context: Context): Promise<readonly AccessRequest[]> {
  const { service, operation, input } = call;
  const [paths = "", to = ""] = passed[`${service}:${operation}`]?.split(" → ") ?? [];
  const members = paths.split(" ").filter((path) => path !== "");
  const given = members.flatMap((path) => textsAt(input, path)).map((role) => [role, to] as const);
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
  const InstanceProfileName = lastPart(given);
  const { InstanceProfile } = await orNothing(aws.iam.getInstanceProfile({ InstanceProfileName }));
  return (InstanceProfile?.Roles ?? []).map(({ Arn = "" }) => [Arn, "ec2"] as const);
}
