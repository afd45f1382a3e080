import { lastSegment, parseArn } from "../../core/arn.ts";
import type { Account } from "./account/account.ts";
import { fits } from "./listener-rules.ts";
import { type Fix, Unreadable } from "./outcome.ts";

interface Statement {
  readonly Effect?: string;
  readonly Action?: string | string[];
  readonly Resource?: string | string[];
  readonly Principal?: string | { readonly Service?: string | string[] };
}

const list = (value: string | string[] | undefined) => (value === undefined ? [] : [value].flat());

function statementsOf(document = ""): Statement[] {
  const text = document.trimStart().startsWith("{") ? document : decodeURIComponent(document);
  return [(JSON.parse(text || "{}") as { Statement?: Statement | Statement[] }).Statement ?? []].flat();
}

const allows = ({ Action, Effect }: Statement, action: string) =>
  Effect === "Allow" && list(Action).some((each) => fits(each.toLowerCase(), action.toLowerCase()));

/** A service may also be trusted in one region: AWS CodeDeploy user guide, "Create a service role". */
const isPrincipal = /^[\w-]+(\.[\w-]+)?\.amazonaws\.com(\.cn)?$/;

/** Returns what keeps a service, such as `ecs-tasks`, from acting in a role. A role may be given by its name alone. */
export async function roleProblems(account: Account, role: string, service: string): Promise<string[]> {
  const id = await account.id();
  const name = lastSegment(role);
  const { account: owner = id } = parseArn(role) ?? {};
  if (owner !== id) return [`the role ${name} belongs to account ${owner}, not ${id}`];
  const found = /^[\w+=,.@-]+$/.test(name) && (await account.role(name));
  if (!found) return [`the role ${name} does not exist`];
  const trusted = statementsOf(found.AssumeRolePolicyDocument).some((statement) => {
    const { Principal = "" } = statement;
    const services = typeof Principal === "string" ? [] : list(Principal.Service);
    return (
      allows(statement, "sts:AssumeRole") &&
      services.some((each) => each.startsWith(`${service}.`) && isPrincipal.test(each))
    );
  });
  return trusted ? [] : [`the role ${name} does not trust ${service}.amazonaws.com`];
}

/** The fix of a role that a service does not trust; undefined for other problems of roles. Keeps the role's other services. */
export function trustFix(problems: readonly string[]): Partial<Fix> | undefined {
  const [, name, service] =
    problems.map((problem) => /the role (\S+) does not trust (\S+)$/.exec(problem)).find(Boolean) ?? [];
  if (!name) return undefined;
  const document = `aws iam get-role --role-name ${name} --query Role.AssumeRolePolicyDocument > trust.json`;
  return {
    console: `IAM → Roles → ${name} → Trust relationships → Edit: add ${service} to the services.`,
    cli: `${document}; add ${service} to its services; aws iam update-assume-role-policy --role-name ${name} --policy-document file://trust.json`,
  };
}

/** AWS's own policies that allow to start a pipeline (AWS managed policy reference). */
const startsPipelines = /:policy\/(AdministratorAccess|PowerUserAccess|AWSCodePipeline_FullAccess)$/;

/** Returns whether the policies of a role allow to start a pipeline. Throws Unreadable if one that may do so is unreadable. */
export async function mayStartPipeline(account: Account, role: string, pipeline: string): Promise<boolean> {
  const name = lastSegment(role);
  const attached = await account.attachedPolicies(name);
  const inline = (await account.inlinePolicies(name)).flatMap(statementsOf);
  const read = await Promise.allSettled(attached.map((arn) => account.managedPolicy(arn)));
  const managed = read.flatMap((each) => (each.status === "fulfilled" ? statementsOf(each.value) : []));
  const isAllowed = [...inline, ...managed].some(
    (statement) =>
      allows(statement, "codepipeline:StartPipelineExecution") &&
      list(statement.Resource).some((resource) => fits(resource, pipeline)),
  );
  if (isAllowed || attached.some((arn) => startsPipelines.test(arn))) return true;
  const unread = attached[read.findIndex(({ status }) => status === "rejected")];
  if (unread) throw new Unreadable(`the policy ${lastSegment(unread)} of the role ${name} cannot be read`);
  return false;
}
