import { leastPolicy } from "@ecs-delivery/actions/core/permissions";
import { withNames } from "../permissions/names.ts";
import { createWorkflowReader } from "../permissions/read-workflow.ts";
import type { Target } from "./files.ts";
import type { DeployedService } from "./read-service.ts";

interface RoleTarget extends Target {
  readonly actionsFolder: string;
  /** As in the subject of its tokens. */
  readonly repository: string;
}

/** Refuses what could be more than one repository in a condition, or end a shell's word. */
export function parseRepository(text: string): string {
  if (/^[\w.-]+(@\d+)?\/[\w.-]+(@\d+)?$/.test(text)) return text;
  throw new Error("is not a repository such as octocat/coffee");
}

const issuer = "token.actions.githubusercontent.com";

/** Returns the policies of a role for the workflows among these files, and the commands that create it. */
export function roleFor(
  { account = "", service, codedeploy }: DeployedService,
  { actionsFolder, region, repository }: RoleTarget,
  files: ReadonlyMap<string, string>,
) {
  const workflows = [...files].filter(([path]) => path.startsWith(".github/workflows/"));
  const read = (path: string) => files.get(path);
  const reader = createWorkflowReader(actionsFolder);
  const uses = workflows.flatMap(([, workflow]) => reader.read(workflow, read));
  const place = { account, region, controller: codedeploy ? ("codedeploy" as const) : ("ecs" as const) };
  const named = uses.map((use) => withNames(use, uses, place, read));
  // A rollback deploys a revision of the same family: it needs the names that the task definition has.
  const deploy = named.find(({ action }) => action === "deploy-service");
  const { policy } = leastPolicy(
    named.map((use) => (use.action === "rollback-service" ? { ...use, names: deploy?.names ?? {} } : use)),
  );
  const [partition = "aws"] = named[0]?.names.partition ?? [];
  const provider = `arn:${partition}:iam::${account}:oidc-provider/${issuer}`;
  const name = `deploy-${service}`.slice(0, 64);
  const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`;
  return {
    files: new Map([
      ["aws-role/permissions.json", json(policy)],
      ["aws-role/trust.json", json(trustOf(provider, repository))],
    ]),
    commands: `
An administrator of the account creates the role. Without the first command if the account has GitHub's provider:
  aws iam create-open-id-connect-provider --url https://${issuer} --client-id-list sts.amazonaws.com
  aws iam create-role --role-name ${name} --assume-role-policy-document file://aws-role/trust.json
  aws iam put-role-policy --role-name ${name} --policy-name deploy --policy-document file://aws-role/permissions.json
  gh variable set AWS_ROLE_TO_ASSUME --body arn:${partition}:iam::${account}:role/${name} --repo ${repository.replace(/@\d+/g, "")}`,
  };
}

/** Trusts the branch of the workflow alone. */
function trustOf(provider: string, repository: string): object {
  const condition = {
    [`${issuer}:aud`]: "sts.amazonaws.com",
    [`${issuer}:sub`]: `repo:${repository}:ref:refs/heads/main`,
  };
  const statement = {
    Effect: "Allow",
    Principal: { Federated: provider },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: { StringEquals: condition },
  };
  return { Version: "2012-10-17", Statement: [statement] };
}
