import { GetRoleCommand } from "@aws-sdk/client-iam";
import { lastSegment, parseArn, roleFault } from "../../core/arn.ts";
import { type Finding, fault, hasFaults, tryLookUp } from "../../core/findings.ts";
import { isObject } from "../../core/is-object.ts";
import { type Checking, isFilledIn } from "./checking.ts";
import { checkPassing, type PassedRole, tasks } from "./pass-role.ts";

/**
 * Checks that the task definition's roles exist in the service's account, that ECS tasks may assume them, and that the
 * caller may pass them.
 */
export async function checkRoles(checking: Checking): Promise<Finding[]> {
  const { executionRoleArn, taskRoleArn } = checking.taskDefinition;
  const uses = Object.entries({ executionRoleArn, taskRoleArn });
  const roles = new Set(uses.map(([, role]) => role).filter(isFilledIn));
  const found = await Promise.all(
    [...roles].map((role) => {
      const keys = uses.filter(([, value]) => value === role).map(([key]) => key);
      return checkRole(checking, role, keys.join(" and "));
    }),
  );
  const passed = found.flatMap(({ passed = [] }) => passed);
  return [...found.flatMap(({ findings }) => findings), ...(await checkPassing(checking, passed))];
}

interface Checked {
  readonly findings: readonly Finding[];
  readonly passed?: PassedRole;
}

async function checkRole(checking: Checking, role: string, key: string): Promise<Checked> {
  const misnamed = checkName(checking, role, key);
  if (misnamed) return { findings: [misnamed] };
  const RoleName = lastSegment(role);
  const what = `role ${RoleName} (${key})`;
  const iam = await checking.clients.iam();
  const { value, findings } = await tryLookUp(
    checking,
    what,
    (options) => iam.send(new GetRoleCommand({ RoleName }), options),
    {
      NoSuchEntityException: {
        text: `${what} does not exist`,
        fix: `create it, or set ${key} to an existing role`,
      },
    },
  );
  if (hasFaults(findings)) return { findings };
  const { partition, account } = parseArn(checking.service.serviceArn ?? "") ?? {};
  const arn = parseArn(role) ? role : (value?.Role?.Arn ?? `arn:${partition}:iam::${account}:role/${role}`);
  const trust = value?.Role?.AssumeRolePolicyDocument;
  const trusts = trust === undefined || trustsTasks(decodeURIComponent(trust));
  const distrust = fault(
    `${what} does not trust ${tasks}, so no task can start with it`,
    `allow sts:AssumeRole to the service ${tasks} in the role's trust policy`,
  );
  return { findings: trusts ? findings : distrust, passed: { arn, what } };
}

/** A role may be given without its ARN; then it is one of the account. */
function checkName({ service }: Checking, role: string, key: string): Finding | undefined {
  const fault = roleFault(role, key, service.serviceArn);
  const arn = parseArn(role);
  if (fault || !arn) return fault;
  const own = parseArn(service.serviceArn ?? "")?.account;
  if (!own || arn.account === own) return undefined;
  return {
    text: `${key} is a role of account ${arn.account}, the service is in ${own}`,
    fix: `use a role of account ${own}: ECS cannot be passed a role of another account`,
  };
}

function trustsTasks(document: string): boolean {
  const { Statement } = JSON.parse(document) as { Statement?: unknown };
  return listOf(Statement).some((statement) => {
    if (!isObject(statement) || statement.Effect !== "Allow") return false;
    const { Principal, Action } = statement;
    const principals = isObject(Principal) ? listOf(Principal.Service) : listOf(Principal);
    return (
      principals.some((principal) => principal === tasks || principal === "*") &&
      listOf(Action).some((action) => /^(\*|sts:\*|sts:assumerole)$/i.test(String(action)))
    );
  });
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}
