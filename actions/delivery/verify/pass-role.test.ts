import { IAMClient } from "@aws-sdk/client-iam";
import { STSClient } from "@aws-sdk/client-sts";
import { allow, callerWith } from "@ecs-delivery/simulator/permissions/caller.support";
import { startTestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, expect, test } from "vitest";
import { createFakeAws, fakeConfig } from "../../core/fake-aws.support.ts";
import { deploy } from "../deploy.ts";
import { DeploymentRecord } from "../record.ts";
import { clientsOf, createStage, trustOf } from "../stage.support.ts";
import { checkPassing } from "./pass-role.ts";

const simulator = await startTestSimulator({ permissions: "enforce" });
await simulator.aws.iam.createRole({
  RoleName: "deploy",
  AssumeRolePolicyDocument: JSON.stringify(trustOf("codedeploy.amazonaws.com")),
});
const stage = await createStage(simulator);
afterAll(() => stage.close());

const own = "arn:aws:iam::123456789012";
const role = `${own}:role/execution`;
const to = (service: string) => ({ Condition: { StringEquals: { "iam:PassedToService": service } } });
const passes = allow("iam:PassRole", role, to("ecs-tasks.amazonaws.com"));
const reads = allow(["codedeploy:*", "ecr:*", "ecs:*", "elasticloadbalancing:*", "iam:GetRole", "logs:*"]);
const simulates = allow("iam:SimulatePrincipalPolicy");

async function deployAs(config: object, version: string, mode: "plan" | "apply") {
  const context = { ...stage.context(), clients: clientsOf({ ...simulator, clientConfig: config as never }) };
  const record = new DeploymentRecord("outside", "web");
  const file = await stage.taskDefinition(version, { executionRoleArn: role });
  const inputs = stage.inputs(file, { mode, waitUntil: "registered" });
  const error = await deploy(context, inputs, record).catch(({ message }: Error) => message);
  const { taskDefinitionArns = [] } = await simulator.aws.ecs.listTaskDefinitions({});
  return { error, findings: record.findings, revisions: taskDefinitionArns.length };
}

const boundary = { PermissionsBoundary: "arn:aws:iam::aws:policy/ReadOnlyAccess" };

test.each<[string, object[], object, string]>([
  ["other", [allow("iam:PassRole", "*", to("ecs.amazonaws.com"))], {}, "none of its policies allows"],
  ["in-a-path", [], { Path: "/ci/" }, "none of its policies allows"],
  ["forbidden", [passes, { ...passes, Effect: "Deny" }], {}, "a Deny statement forbids"],
  ["bounded", [passes], boundary, "its permissions boundary lacks"],
])("refuses a role that may not pass before it registers: %s", async (name, more, settings, cause) => {
  const config = await callerWith(simulator, [reads, simulates, ...more], name, settings);
  const text = expect.stringContaining(
    `${name} may not pass role execution (executionRoleArn) to tasks: ${cause}`,
  );
  const finding = { text, fix: expect.stringContaining(`: ${JSON.stringify(passes)}`) };
  const { revisions, ...plan } = await deployAs(config, name, "plan");
  expect(plan).toEqual({ error: undefined, findings: [{ ...finding, kind: "advice" }] });
  expect(await deployAs(config, name, "apply")).toEqual({ error: text, findings: [finding], revisions });
});

test("registers as a role that may pass; a role that registers nothing need not", async () => {
  const may = await callerWith(simulator, [reads, simulates, passes], "may");
  const { revisions } = await deployAs(may, "next", "plan");
  const registered = { error: undefined, findings: [], revisions: revisions + 1 };
  expect(await deployAs(may, "next", "apply")).toEqual(registered);
  const reuses = await callerWith(simulator, [reads, simulates], "reuses");
  expect(await deployAs(reuses, "next", "apply")).toEqual(registered);
});

test("gives one note to a role that may not simulate, and leaves the decision to ECS", async () => {
  const blind = await callerWith(simulator, [reads], "blind");
  const { error, findings } = await deployAs(blind, "blind", "apply");
  expect(error).toMatch(/not authorized to perform: iam:PassRole/);
  const text = /^Could not check whether iam:PassRole is allowed: .*iam:SimulatePrincipalPolicy/;
  expect(findings).toEqual([{ kind: "note", text: expect.stringMatching(text) }]);
});

const session = "arn:aws:sts::123456789012:assumed-role/deploy/run";
const lacks = (...keys: string[]) => ({ MissingContextValues: keys });
const organization = { OrganizationsDecisionDetail: { AllowedByOrganizations: false } };

test.each<[string, string, object, object, RegExp | undefined]>([
  ["allowed to a user", `${own}:user/ci/web`, { EvalResourceDecision: "allowed" }, {}, undefined],
  ["asked by root", `${own}:root`, {}, {}, /cannot simulate arn:aws:iam::123456789012:root$/],
  ["asked by a federated user", session.replace("assumed-role", "federated-user"), {}, {}, /cannot simulate/],
  ["denied by an organization", session, {}, organization, /service control policy/],
  ["denied for a key of the request", session, lacks("ecs:cluster", "aws:SourceIp"), {}, /on aws:SourceIp$/],
  [
    "denied for unseen policies",
    session,
    lacks("the policies of arn:aws:x"),
    {},
    /on the policies of arn:aws:x$/,
  ],
  ["denied, with a key of other requests", session, lacks("ecs:cluster"), {}, /^deploy may not pass role/],
])("iam:PassRole is %s", async (_, Arn, specific, more, text) => {
  const { answers, inputs, fake } = createFakeAws();
  const result = { EvalResourceName: role, EvalResourceDecision: "implicitDeny", ...specific };
  const results = [{ EvalDecision: "implicitDeny", ResourceSpecificResults: [result], ...more }];
  Object.assign(answers, {
    GetCallerIdentity: { Arn },
    SimulatePrincipalPolicy: { EvaluationResults: results },
  });
  const [iam, sts] = [fake(new IAMClient(fakeConfig)), fake(new STSClient(fakeConfig))];
  const clients = { iam: async () => iam, sts: async () => sts };
  const checking = { clients, signal: AbortSignal.abort(), registers: async () => true };
  const found = await checkPassing(checking as never, [{ arn: role, what: "role" }]);
  expect(found.map((finding) => finding.text)).toEqual(text ? [expect.stringMatching(text)] : []);
  for (const { PolicySourceArn } of inputs("SimulatePrincipalPolicy"))
    expect(PolicySourceArn).toBe(Arn === session ? `${own}:role/deploy` : Arn);
});
