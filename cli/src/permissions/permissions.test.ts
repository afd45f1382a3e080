// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of workflows
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { IAM } from "@aws-sdk/client-iam";
import type { Policy } from "@ecs-delivery/actions/core/permissions";
import { startTestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, describe, expect, test } from "vitest";
import cases from "./cases.json" with { type: "json" };
import { checkRole } from "./check-role.ts";
import { policiesOf, type RolePolicy } from "./command.ts";
import { createWorkflowReader, repositoryOf } from "./read-workflow.ts";

const root = join(import.meta.dirname, "../../..");
const reader = createWorkflowReader(join(root, "actions"));
const anywhere = { account: "", region: "", controller: undefined };

function ofExample(path: string): RolePolicy[] {
  const file = join(root, "examples", path);
  return policiesOf(
    reader.read(readFileSync(file, "utf8"), repositoryOf(file)),
    anywhere,
    repositoryOf(file),
  );
}

const lines = ({ Statement }: Policy) =>
  Statement.flatMap(({ Action, Resource }) =>
    [Action].flat().map((action) => `${action} ${[Resource].flat().join(" ")}`),
  );

const logIn = {
  uses: "a/b/actions/log-in-to-aws@v1",
  with: { "role-to-assume": "${{ vars.R }}", "aws-region": "eu-west-3" },
};

/** Permissions of a job whose step uses an action of this name. */
function ofStep(action: string, given: object, files: Readonly<Record<string, string>> = {}): string {
  const steps = [logIn, { uses: `a/b/actions/${action}@v1`, with: given }];
  const read = (path: string) => files[path];
  const uses = reader.read(JSON.stringify({ env: { STACK: "shop" }, jobs: { deploy: { steps } } }), read);
  return policiesOf(uses, anywhere, read)
    .flatMap(({ policy }) => lines(policy))
    .join("\n");
}

test("the policy of the example blue-green names its own resources, and nothing of another service", () => {
  const [{ policy, open, role } = expect.fail()] = ofExample("blue-green/.github/workflows/deploy.yml");
  expect({ open, role }).toEqual({ open: [], role: "${{ vars.AWS_ROLE_TO_ASSUME }}" });
  const found = lines(policy);
  const own = (service: string, rest: string) => `arn:aws:${service}:us-east-1:123456789012:${rest}`;
  expect(found).toEqual(
    expect.arrayContaining([
      `codedeploy:CreateDeployment ${own("codedeploy", "deploymentgroup:orders/production")}`,
      `ecr:PutImage ${own("ecr", "repository/orders")}`,
      `ecs:TagResource ${own("ecs", "service/production/orders")}`,
      "iam:PassRole arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
      `logs:GetLogEvents ${own("logs", "log-group:/ecs/orders:*")}`,
      "ecs:RegisterTaskDefinition *",
    ]),
  );
  expect(
    found.filter((line) => /UpdateService|ServiceDeployment|secretsmanager|ssm:|CreateRepository/.test(line)),
  ).toEqual([]);
});

const files = { "task.json": JSON.stringify(cases.definition) };

test.each(cases.steps as [string, object, string, boolean][])(
  "a step of %s with %j: '%s' is needed: %s",
  (action, given, permission, isNeeded) => {
    expect(ofStep(action, given, files).includes(permission)).toBe(isNeeded);
  },
);

test("follows workflows that a job calls, and lists the roles of several jobs apart", () => {
  const file = join(root, ".github/workflows/deploy.yml");
  const uses = reader.read(readFileSync(file, "utf8"), repositoryOf(file));
  expect(uses.map(({ action }) => action)).toEqual(
    expect.arrayContaining(["build-image", "run-task", "deploy-service"]),
  );
  const roles = ["a", "b"].map((name) => ({
    ...logIn,
    with: { "role-to-assume": `arn:aws:iam::1:role/${name}` },
  }));
  const jobs = roles.map((role, index) => [
    `j${index}`,
    {
      steps: [
        role,
        {
          uses: "x/y/actions/deploy-service@v1",
          with: { cluster: "shop", service: "api", "task-definition": "x" },
        },
      ],
    },
  ]);
  const found = policiesOf(
    reader.read(JSON.stringify({ jobs: Object.fromEntries(jobs) }), () => undefined),
    anywhere,
    () => undefined,
  );
  expect(found.map(({ role }) => role)).toEqual(["arn:aws:iam::1:role/a", "arn:aws:iam::1:role/b"]);
  const foreign = JSON.stringify({ jobs: { a: { uses: "x/y/.github/workflows/z.yml@v1" } } });
  expect(() => reader.read("jobs: [", () => undefined)).toThrow(/cannot be parsed: .* Fix:/);
  expect(reader.read("jobs: { a: }", () => undefined)).toEqual([]);
  expect(() => reader.read(foreign, () => undefined)).toThrow(/x\/y.*cannot be read. Fix:/);
});

describe("a role is compared with a policy", async () => {
  const simulator = await startTestSimulator();
  afterAll(() => simulator.close());
  const iam = new IAM(simulator.clientConfig);
  const wanted: Policy = {
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Action: ["ecs:ListClusters", "logs:DescribeLogGroups"], Resource: "*" },
      {
        Effect: "Allow",
        Action: "ecs:UpdateService",
        Resource: ["arn:aws:ecs:us-east-1:123456789012:service/a/b"],
      },
      {
        Effect: "Allow",
        Action: "iam:PassRole",
        Resource: "arn:aws:iam::123456789012:role/x",
        Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
      },
    ],
  };
  const trust = { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" };
  const document = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
  const allow = (Action: string, more = {}) => ({ Effect: "Allow", Action, Resource: "*", ...more });
  const ec2Only = { Condition: { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } } };

  test.each<[string, object[], string]>([
    ["all", [allow("*")], "has the permissions"],
    ["pass", [allow("ecs:*"), allow("logs:*"), allow("iam:PassRole", ec2Only)], "iam:PassRole on arn"],
    ["deny", [allow("*"), allow("ecs:Update*", { Effect: "Deny" })], "ecs:UpdateService on arn"],
    ["none", [allow("s3:*")], "lacks 4 of 4"],
  ])("%s", async (RoleName, statements, expected) => {
    await iam.createRole({ RoleName, AssumeRolePolicyDocument: document(trust) });
    await iam.putRolePolicy({ RoleName, PolicyName: "p", PolicyDocument: document(...statements) });
    const texts: string[] = [];
    const style = new Proxy({}, { get: () => String }) as never;
    const terminal = { columns: 200, style, print: (line: string) => void texts.push(line) };
    const check = () => checkRole(iam, RoleName, wanted, terminal);
    const code = await check();
    expect(texts.join("\n")).toContain(expected);
    const simulated = texts.splice(0).join("\n");
    expect(simulated).toContain("by iam:SimulatePrincipalPolicy");
    simulator.faults.add({ kind: "deny", operation: "iam:SimulatePrincipalPolicy" });
    expect(await check()).toBe(code);
    expect(texts.join("\n")).toBe(
      simulated
        .replace("by iam:S", "by its policies, as iam:S")
        .replace("Policy:", "Policy is denied:")
        .replace("Policy.", "Policy is denied."),
    );
    simulator.faults.clear();
  });

  test("says that a role does not exist", async () => {
    await expect(checkRole(iam, "nobody", wanted, {} as never)).rejects.toThrow(
      "The role nobody does not exist",
    );
  });
});
