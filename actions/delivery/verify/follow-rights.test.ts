import { expect, test } from "vitest";
import { problemsIn } from "../../../infra-templates/policies.support.ts";
import { createVirtualAccount, denied, serviceArn } from "../deployment/virtual-run.support.ts";

const group = "arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:AppECS-c-web/DgpECS-c-web";

const deployments = "arn:aws:ecs:us-east-1:123456789012:service-deployment/c/web/*";
const revisions = "arn:aws:ecs:us-east-1:123456789012:service-revision/c/web/*";
const allow = (Resource: unknown, ...Action: string[]) => ({ Effect: "Allow", Action, Resource });

/** Returns the policy's statements in a text; AWS's reference knows what they allow. */
async function statementsIn(text: string | undefined): Promise<object[]> {
  const statements = JSON.parse(`[${/\{.*\}/.exec(text ?? "")?.[0] ?? ""}]`);
  expect(await problemsIn(statements)).toEqual([]);
  return statements;
}

/** Creates an account with a former deployment, whose role lacks these rights. */
function accountWithout(controller: "ECS" | "CODE_DEPLOY", ...actions: readonly string[]) {
  const account = createVirtualAccount(controller);
  account.answers.ListDeployments = { deployments: ["d-0"] };
  for (const action of actions) account.answers[action.split(":")[1] ?? ""] = denied(action);
  return account;
}

test("names all missing rights for following a CodeDeploy deployment together, and changes nothing", async () => {
  const lacking = ["GetDeployment", "GetDeploymentTarget", "ListDeploymentTargets"];
  const account = accountWithout("CODE_DEPLOY", ...lacking.map((name) => `codedeploy:${name}`));
  const { error, changes } = await account.run();
  expect(error?.message).toContain(
    "the role lacks what following the deployment needs: codedeploy:GetDeployment, codedeploy:GetDeploymentTarget, codedeploy:ListDeploymentTargets",
  );
  expect(await statementsIn(error?.nextStep)).toEqual([
    allow([group], "codedeploy:GetDeployment"),
    allow("*", "codedeploy:GetDeploymentTarget", "codedeploy:ListDeploymentTargets"),
  ]);
  expect(changes).toBe(0);
  expect(account.inputs("GetDeployment")[0]).toEqual({ deploymentId: "d-0" });
});

test("only warns when a call is denied for an ID that does not exist, and deploys", async () => {
  const account = createVirtualAccount("CODE_DEPLOY");
  for (const operation of ["GetDeployment", "ListDeploymentTargets"]) {
    const works = account.answers[operation];
    account.answers[operation] = ({ deploymentId }: { deploymentId: string }) =>
      deploymentId === "d-000000000" ? denied(`codedeploy:${operation}`) : works;
  }
  const { error, lines, changes } = await account.run();
  expect(error).toBeUndefined();
  const warning = lines.find((line) => line.includes("may lack"));
  expect(await statementsIn(warning)).toEqual([
    allow([group], "codedeploy:GetDeployment"),
    allow("*", "codedeploy:ListDeploymentTargets"),
  ]);
  expect(changes).toBe(2);
});

test("names all missing rights for following a deployment of ECS together", async () => {
  const account = accountWithout("ECS", "ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions");
  const { error, changes } = await account.run();
  expect(await statementsIn(error?.nextStep)).toEqual([
    allow(
      [deployments, revisions, serviceArn],
      "ecs:DescribeServiceDeployments",
      "ecs:DescribeServiceRevisions",
    ),
  ]);
  expect(changes).toBe(0);
});

test("reports all other missing rights to a role that may not see the service", async () => {
  const lacking = [
    "ecs:DescribeTaskDefinition",
    "ecs:DescribeServiceDeployments",
    "codedeploy:GetDeployment",
  ];
  const account = accountWithout("ECS", ...lacking);
  account.answers.DescribeServices = denied("ecs:DescribeServices", serviceArn);
  const { error, changes } = await account.run();
  expect(error?.message).toMatch(/^the role lacks/);
  expect(await statementsIn(error?.nextStep)).toEqual([
    allow(
      [group, deployments, serviceArn],
      "codedeploy:GetDeployment",
      "ecs:DescribeServiceDeployments",
      "ecs:DescribeServices",
    ),
    allow("*", "ecs:DescribeTaskDefinition"),
  ]);
  expect(changes).toBe(0);
});

test("only warns in a plan, which follows nothing", async () => {
  const account = accountWithout("CODE_DEPLOY", "codedeploy:GetDeployment");
  const { record, lines } = await account.run({ mode: "plan" });
  expect(record.findings).toContainEqual(expect.objectContaining({ kind: "advice" }));
  expect(lines.join("\n")).toContain("codedeploy:GetDeployment");
});
