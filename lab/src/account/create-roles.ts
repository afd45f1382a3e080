import {
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { githubIssuer } from "../runner/jobs/token-issuer.ts";
import type { Account } from "./account.ts";
import type { AccountClients } from "./clients.ts";
import { unlessExists } from "./stand-in.ts";

/** Roles of what the rehearsal makes by default. */
export const ownRoles = { execution: "rehearsal-execution", codedeploy: "rehearsal-codedeploy" };

export const roleArn = (account: string, name: string) => `arn:aws:iam::${account}:role/${name}`;

/** Creates GitHub's identity provider, and each role with all rights. */
export async function createRoles({ clients: { iam }, needs, made, notChecked }: Account): Promise<void> {
  const { account } = needs;
  const provider = { Url: githubIssuer, ClientIDList: ["sts.amazonaws.com"] };
  await iam.send(new CreateOpenIDConnectProviderCommand(provider)).catch(unlessExists);
  const trust = JSON.stringify(trustIn(account));
  for (const role of [...needs.roles, ...Object.values(ownRoles)]) {
    const [, owner = account, path, name = role] =
      /^arn:[^:]*:iam::(\d{12}):role(\/(?:.*\/)?)([^/]+)$/.exec(role) ?? [];
    if (owner !== account) {
      notChecked.push(`${role} is of another account: it does not exist in the rehearsal`);
      continue;
    }
    const input = { RoleName: name, Path: path, AssumeRolePolicyDocument: trust, MaxSessionDuration: 43_200 };
    const created = await iam.send(new CreateRoleCommand(input)).catch(unlessExists);
    if (created) await giveAllRights(iam, name);
    if (!created || Object.values(ownRoles).includes(role)) continue;
    made.push(`role ${name}`);
    notChecked.push(`permissions of ${role} not checked: the lab gave it all rights`);
  }
}

export async function giveAllRights(iam: AccountClients["iam"], RoleName: string): Promise<void> {
  const Statement = [{ Effect: "Allow", Action: "*", Resource: "*" }];
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "rehearsal", PolicyDocument }));
}

function trustIn(account: string) {
  const Federated = `arn:aws:iam::${account}:oidc-provider/${new URL(githubIssuer).host}`;
  const Service = ["ecs-tasks", "ecs", "codedeploy"].map((name) => `${name}.amazonaws.com`);
  const subject = { StringLike: { [`${new URL(githubIssuer).host}:sub`]: "repo:*" } };
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Federated },
        Action: ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"],
        Condition: subject,
      },
      { Effect: "Allow", Principal: { Service, AWS: account }, Action: ["sts:AssumeRole", "sts:TagSession"] },
    ],
  };
}
