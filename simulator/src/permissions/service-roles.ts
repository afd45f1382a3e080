import type { Environment } from "../environment.ts";
import type { ConditionKeys } from "../services/iam/conditions.ts";
import type { AccessRequest } from "./permissions.ts";
import type { RoleList } from "./role-lists.ts";

/** How a service of AWS uses a role; without a step, it only assumes it. */
export interface RoleUse<List extends RoleList> {
  readonly roleArn: string;
  readonly list: List;
  readonly step?: keyof List["steps"];
  /** Values of the parts in braces. Every value of a list has to be allowed; none leaves the action out. */
  readonly values?: Readonly<Record<string, string | readonly string[]>>;
  /** Name of the role's session in AWS's messages. */
  readonly session?: string;
}

/** Why a service may not do it. */
export interface Refusal {
  readonly outcome: "no role" | "not trusted" | "denied";
  readonly action: string;
  /** AWS's sentence about a denied action. */
  readonly message: string;
}

/** Returns why a role does not permit a step of its service; undefined if it does, or if that cannot be checked. */
export async function refusalOf<List extends RoleList>(
  environment: Pick<Environment, "permissions" | "accountId" | "region">,
  use: RoleUse<List>,
): Promise<Refusal | undefined> {
  const { permissions } = environment;
  const roleArn = arnOfRole(environment, use.roleArn);
  for (const request of requestsOf(environment, use)) {
    const decision = await permissions.decideForService(roleArn, use.list.service, request, use.session);
    if (decision.outcome !== "allowed" && decision.outcome !== "not checked")
      return {
        action: request?.action ?? "sts:AssumeRole",
        message: `${use.list.service} may not assume the role ${use.roleArn}`,
        ...decision,
      };
  }
  return undefined;
}

/** ECS accepts a role's name in place of its ARN. */
export function arnOfRole(
  { permissions, accountId }: Pick<Environment, "permissions" | "accountId">,
  role: string,
): string {
  if (role.startsWith("arn:")) return role;
  return permissions.sources.role?.(role)?.arn ?? `arn:aws:iam::${accountId}:role/${role}`;
}

/** Returns the ARNs of the roles that a task definition passes to ECS. */
export function rolesOfTask(
  environment: Pick<Environment, "permissions" | "accountId">,
  { executionRoleArn, taskRoleArn }: { executionRoleArn?: string; taskRoleArn?: string },
): string[] {
  const given = [taskRoleArn, executionRoleArn].filter((role) => role !== undefined);
  return given.map((role) => arnOfRole(environment, role));
}

function requestsOf<List extends RoleList>(
  { accountId: account, region }: Pick<Environment, "accountId" | "region">,
  { list, step, values: own = {} }: RoleUse<List>,
): readonly (AccessRequest | undefined)[] {
  if (step === undefined) return [undefined];
  const values = { account, region, ...own };
  return Object.entries(list.steps[step as string] ?? {}).flatMap(([action, pattern]) =>
    fill(pattern, values).map((resource) => ({ action, resource, keys: keysOf(action, values) })),
  );
}

/** Returns the pattern once for each combination of values. */
function fill(pattern: string, values: NonNullable<RoleUse<RoleList>["values"]>): string[] {
  const [braces, name = ""] = /\{(\w+)\}/.exec(pattern) ?? [];
  if (braces === undefined) return [pattern];
  return [values[name] ?? []].flat().flatMap((value) =>
    fill(
      pattern.replace(braces, () => value),
      values,
    ),
  );
}

/** Keys that AWS's own policies for these roles use. */
function keysOf(action: string, values: NonNullable<RoleUse<RoleList>["values"]>): ConditionKeys {
  const known: Readonly<Record<string, readonly string[]>> = {
    "iam:passedtoservice": action === "iam:PassRole" ? ["ecs-tasks.amazonaws.com"] : [],
    "ecs:cluster": fill("arn:aws:ecs:{region}:{account}:cluster/{cluster}", values),
  };
  return (key) => known[key.toLowerCase()];
}
