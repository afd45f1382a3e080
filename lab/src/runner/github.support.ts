import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import type { Aws } from "@ecs-delivery/simulator/services/api";

const oidc = "token.actions.githubusercontent.com";

/** The part of GitHub's API that keeps the comments of a pull request. */
export async function startGitHub() {
  const comments: { body: string }[] = [];
  const server = createServer(async (request, response) => {
    if (request.method === "POST") comments.push((await json(request)) as { body: string });
    response.end(JSON.stringify(comments));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    comments,
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => void server.close(),
  };
}

/** Roles that workflows may assume by OIDC, and those of tasks. */
export async function createRoles(iam: Aws["iam"]): Promise<void> {
  await iam.createOpenIDConnectProvider({ Url: `https://${oidc}`, ClientIDList: ["sts.amazonaws.com"] });
  const Principal = { Federated: `arn:aws:iam::123456789012:oidc-provider/${oidc}` };
  const Condition = { StringEquals: { [`${oidc}:aud`]: "sts.amazonaws.com" } };
  const trust = { Effect: "Allow", Principal, Action: "sts:AssumeRoleWithWebIdentity", Condition };
  const create = (RoleName: string, statement: object) =>
    iam.createRole({
      RoleName,
      AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
    });
  for (const RoleName of ["deploy", "plan"]) {
    await create(RoleName, trust);
    await iam.attachRolePolicy({ RoleName, PolicyArn: "arn:aws:iam::aws:policy/AdministratorAccess" });
  }
  const Service = "ecs-tasks.amazonaws.com";
  const tasks = { Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole" };
  for (const name of ["execution", "ecsTaskExecutionRole"]) await create(name, tasks);
}
