import { document, trust } from "@ecs-delivery/simulator/permissions/caller.support";
import {
  type CompiledStatement,
  compilePolicy,
  evaluate,
} from "@ecs-delivery/simulator/permissions/evaluate";
import type { TestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import unused from "./permissions/unused.json" with { type: "json" };

type Call = Parameters<Parameters<TestSimulator["observeCalls"]>[1]>;

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

/** Statements of a role or a boundary, and what was asked of it. */
export interface Recorded {
  readonly statements: readonly Statement[];
  readonly calls: readonly Call[];
}

/** Records what a role, or a service of AWS in it, needs from now on, with the statements of its own policies. */
export async function record(simulator: TestSimulator, RoleName = ""): Promise<Recorded> {
  const { iam } = simulator.aws;
  const { PolicyNames = [] } = await iam.listRolePolicies({ RoleName });
  const statements: Statement[] = [];
  for (const PolicyName of PolicyNames) {
    const { PolicyDocument = "" } = await iam.getRolePolicy({ RoleName, PolicyName });
    statements.push(...JSON.parse(decodeURIComponent(PolicyDocument)).Statement);
  }
  const calls: Call[] = [];
  simulator.observeCalls(RoleName, (...call) => void calls.push(call));
  return { calls, statements };
}

/** Opens a session of a role, whomever its trust policy names, and returns the configuration of its clients. */
export async function signIn({ aws: { iam, sts }, clientConfig }: TestSimulator, RoleName = "") {
  await iam.updateAssumeRolePolicy({ RoleName, PolicyDocument: trust });
  const { Role } = await iam.getRole({ RoleName });
  const { Credentials } = await sts.assumeRole({ RoleArn: Role?.Arn, RoleSessionName: "session" });
  const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = Credentials ?? {};
  const keys = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  return { ...clientConfig, maxAttempts: 1, forcePathStyle: true, credentials: keys };
}

/** Returns the permissions of a role that no recorded call needs and that have a reason, sorted. */
export const reasonsFor = (name: keyof typeof unused): string[] =>
  Object.keys(unused[name])
    .flatMap((names) => names.split(" "))
    .sort();

/**
 * Returns each action, and each resource next to others, without which every recorded call is still allowed; a resource
 * such as `ecs:cluster/main`. Sorted.
 */
export function unneeded({ calls, statements }: Recorded): string[] {
  const compiled = statements.map((each) => compilePolicy(document(each)));
  const isDenied = (identity: readonly CompiledStatement[], actions: readonly string[]) =>
    calls.some(([requester, requests]) =>
      requests.some(
        (request) =>
          actions.some((action) => request.action.startsWith(action.replace("*", ""))) &&
          evaluate({ identity }, request, requester).outcome !== "allowed",
      ),
    );
  const found = statements.flatMap((statement, at) => {
    if (statement.Effect === "Deny") return [];
    const actions = [statement.Action].flat();
    const resources = [statement.Resource].flat();
    const without = (left: Partial<Statement>) =>
      compiled.with(at, compilePolicy(document({ ...statement, ...left }))).flat();
    const others = (all: readonly string[], one: string) => all.filter((each) => each !== one);
    return [
      ...actions.filter((one) => {
        const Action = others(actions, one);
        return !isDenied(Action.length > 0 ? without({ Action }) : compiled.toSpliced(at, 1).flat(), [one]);
      }),
      ...(resources.length === 1 ? [] : resources)
        .filter((one) => !isDenied(without({ Resource: others(resources, one) }), actions))
        .map((one) => one.replace(/^arn:aws:([\w-]+):[^:]*:[^:]*:/, "$1:")),
    ];
  });
  return found.sort();
}
