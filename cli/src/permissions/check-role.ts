import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  type IAMClient,
  paginateListAttachedRolePolicies,
  paginateListRolePolicies,
  paginateSimulatePrincipalPolicy,
  type Role,
} from "@aws-sdk/client-iam";
import { lastSegment, parseArn } from "@ecs-delivery/actions/core/arn";
import { isAccessDenied } from "@ecs-delivery/actions/core/aws-errors";
import { Failure } from "@ecs-delivery/actions/core/failure";
import type { Policy, Statement } from "@ecs-delivery/actions/core/permissions";
import { wrap } from "@ecs-delivery/program/wrap";
import { compilePolicy, evaluate } from "@ecs-delivery/simulator/permissions/evaluate";
import type { Terminal } from "../terminal/style.ts";

interface Wanted {
  readonly statement: Statement;
  readonly action: string;
  readonly resource: string;
  readonly keys: ReadonlyMap<string, readonly string[]>;
}

/** Result of a comparison. The text names the part that could not be compared. */
type Answer = "allowed" | "missing" | { readonly unclear: string };

interface Judge {
  /** Ends the sentence about the result. */
  readonly by: string;
  answer(wanted: Wanted): Promise<Answer>;
}

/** Lists what a role lacks of a policy. Resolves to the exit code. */
export async function checkRole(
  client: IAMClient,
  nameOrArn: string,
  policy: Policy,
  { columns, style, print }: Terminal,
): Promise<number> {
  const role = await findRole(client, nameOrArn);
  const wanted = policy.Statement.flatMap(requestsOf);
  const { judge, first } = await chooseJudge(client, role, wanted);
  const answers = [first];
  // One after the other: IAM allows few simulations a second.
  for (const each of wanted.slice(1)) answers.push(await judge.answer(each));
  const missing = wanted.filter((_, index) => answers[index] === "missing");
  const unclear = answers.flatMap((answer, index) => {
    const { action = "" } = wanted[index] ?? {};
    return typeof answer === "object" ? [`${action}: ${answer.unclear}`] : [];
  });
  const line = (text: string) => print(wrap(text, columns, 2));
  for (const text of new Set(unclear)) line(`${style.yellow("!")} Not compared: ${text}.`);
  if (missing.length === 0) {
    line(`${style.green("✓")} ${role.RoleName} has the permissions of the policy, ${judge.by}.`);
    return 0;
  }
  line(
    `${style.red("✗")} ${role.RoleName} lacks ${missing.length} of ${wanted.length} permissions, ${judge.by}:`,
  );
  for (const { action, resource } of missing) print(`  ${action} on ${resource}`);
  print(`\nAdd to its policy:\n${JSON.stringify(statementsOf(missing), null, 2)}`);
  return 1;
}

async function findRole(client: IAMClient, nameOrArn: string): Promise<Role> {
  const RoleName = lastSegment(nameOrArn);
  try {
    const { Role: found } = await client.send(new GetRoleCommand({ RoleName }));
    if (found) return found;
  } catch (error) {
    const isArn = parseArn(nameOrArn) !== undefined;
    if (isAccessDenied(error) && isArn) return { RoleName, Arn: nameOrArn } as Role;
    if ((error as Error).name !== "NoSuchEntityException" && !isAccessDenied(error)) throw error;
    const text = isAccessDenied(error) ? "may not be read (iam:GetRole)" : "does not exist";
    const nextStep = isAccessDenied(error) ? "give its ARN." : "check its name and the account.";
    throw new Failure(`The role ${RoleName} ${text}`, { nextStep, cause: error as Error });
  }
  throw new Failure(`The role ${RoleName} does not exist`, { nextStep: "check its name and the account." });
}

function requestsOf(statement: Statement): Wanted[] {
  const conditions = Object.values(statement.Condition ?? {}).flatMap((each) =>
    Object.entries(each as object),
  );
  const keys = new Map(conditions.map(([key, value]) => [key, [value].flat() as string[]] as const));
  return [statement.Action]
    .flat()
    .flatMap((action) =>
      [statement.Resource]
        .flat()
        .map((resource) => ({ statement, action: `${action}`, resource: `${resource}`, keys })),
    );
}

/** IAM's own simulation where the caller may use it, else the role's policies. */
async function chooseJudge(client: IAMClient, role: Role, [wanted]: readonly Wanted[]) {
  const simulation = simulationOf(client, role);
  if (!wanted) return { judge: simulation, first: "allowed" as Answer };
  try {
    return { judge: simulation, first: await simulation.answer(wanted) };
  } catch (error) {
    if (!isAccessDenied(error)) throw error;
    const judge = await readPolicies(client, role);
    return { judge, first: await judge.answer(wanted) };
  }
}

function simulationOf(client: IAMClient, { Arn }: Role): Judge {
  return {
    by: "by iam:SimulatePrincipalPolicy",
    async answer({ action, resource, keys }) {
      if (action.includes("*")) return { unclear: "IAM simulates single actions only" };
      const ContextEntries = [...keys].map(([ContextKeyName, values]) => ({
        ContextKeyName,
        ContextKeyValues: [...values],
        ContextKeyType: "string" as const,
      }));
      const input = { PolicySourceArn: Arn, ActionNames: [action], ResourceArns: [resource], ContextEntries };
      for await (const { EvaluationResults = [] } of paginateSimulatePrincipalPolicy({ client }, input))
        for (const { EvalDecision, MissingContextValues = [] } of EvaluationResults) {
          if (EvalDecision === "allowed") continue;
          return MissingContextValues.length > 0 ? { unclear: MissingContextValues.join(", ") } : "missing";
        }
      return "allowed";
    },
  };
}

async function readPolicies(client: IAMClient, role: Role): Promise<Judge> {
  const { RoleName = "", Arn = "", PermissionsBoundary: limit } = role;
  const texts: string[] = [];
  for await (const { PolicyNames = [] } of paginateListRolePolicies({ client }, { RoleName }))
    for (const PolicyName of PolicyNames) {
      const { PolicyDocument = "" } = await client.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
      texts.push(decodeURIComponent(PolicyDocument));
    }
  for await (const { AttachedPolicies = [] } of paginateListAttachedRolePolicies({ client }, { RoleName }))
    for (const { PolicyArn } of AttachedPolicies) texts.push(await managedPolicy(client, PolicyArn));
  const boundary = limit && compilePolicy(await managedPolicy(client, limit.PermissionsBoundaryArn));
  const policies = { identity: texts.flatMap(compilePolicy), boundary };
  const accountId = parseArn(Arn)?.account ?? "";
  return {
    by: "by its policies, as iam:SimulatePrincipalPolicy is denied",
    async answer({ action, resource, keys }) {
      const found = evaluate(
        policies,
        { action, resource },
        { arn: Arn, accountId, roleArn: Arn, keys: (key) => keys.get(key) },
      );
      if (found.outcome === "not checked") return { unclear: found.part };
      return found.outcome === "allowed" ? "allowed" : "missing";
    },
  };
}

async function managedPolicy(client: IAMClient, PolicyArn: string | undefined): Promise<string> {
  const { Policy: policy } = await client.send(new GetPolicyCommand({ PolicyArn }));
  const VersionId = policy?.DefaultVersionId;
  const { PolicyVersion } = await client.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
  return decodeURIComponent(PolicyVersion?.Document ?? "");
}

/** The statements of the policy with only these requests. */
function statementsOf(missing: readonly Wanted[]): Statement[] {
  return [...new Set(missing.map(({ statement }) => statement))].map((statement) => {
    const own = missing.filter((each) => each.statement === statement);
    const Action = [...new Set(own.map(({ action }) => action))];
    return { ...statement, Action, Resource: [...new Set(own.map(({ resource }) => resource))] };
  });
}
