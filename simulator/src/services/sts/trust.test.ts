import { STS } from "@aws-sdk/client-sts";
import { afterAll, expect, it } from "vitest";
import { startTestSimulator } from "../../test-simulator.support.ts";

const warnings: string[] = [];
const simulator = await startTestSimulator({ permissions: "enforce", warn: (text) => warnings.push(text) });
afterAll(() => simulator.close());
const { iam } = simulator.aws;
const root = "arn:aws:iam::123456789012:root";
const roleArn = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
const session = (name: string) => `arn:aws:sts::123456789012:assumed-role/${name}/session`;
const policy = (Statement: object) => JSON.stringify({ Version: "2012-10-17", Statement });
const trusting = (AWS: string, Condition?: object) =>
  policy({ Effect: "Allow", Principal: { AWS }, Action: "sts:AssumeRole", Condition });
const createRole = (RoleName: string, AssumeRolePolicyDocument: string) =>
  iam.createRole({ RoleName, AssumeRolePolicyDocument });

const student = new STS(simulator.clientConfig);
const callers: Record<string, STS> = { student };
/** A role without a policy, and two with one about AssumeRole. */
for (const [name, Effect] of [["plain"], ["allowed", "Allow"], ["denied", "Deny"]] as const) {
  await createRole(name, trusting(root));
  const PolicyDocument = policy({ Effect, Action: "sts:AssumeRole", Resource: "*" });
  if (Effect) await iam.putRolePolicy({ RoleName: name, PolicyName: "own", PolicyDocument });
  const { Credentials = {} } = await student.assumeRole({
    RoleArn: roleArn(name),
    RoleSessionName: "session",
  });
  const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = Credentials as Record<string, string>;
  const credentials = {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
  };
  callers[name] = new STS({ ...simulator.clientConfig, credentials });
}

let made = 0;
const externalId = (id: string) => ({ StringEquals: { "sts:ExternalId": id } });

it.each<[boolean, string, string, object?, object?]>([
  [true, "student", root],
  [true, "student", "arn:aws:iam::123456789012:user/student"],
  [false, "student", "arn:aws:iam::999999999999:root"],
  [true, "allowed", root],
  [true, "allowed", "123456789012"],
  // The account alone leaves it to the caller's own policies.
  [false, "plain", root],
  [true, "plain", roleArn("plain")],
  [true, "plain", session("plain")],
  [true, "plain", "*"],
  [false, "plain", roleArn("allowed")],
  [false, "allowed", roleArn("plain")],
  [false, "allowed", "arn:aws:iam::123456789012:user/student"],
  [false, "denied", roleArn("denied")],
  [false, "student", root, externalId("x")],
  [false, "student", root, externalId("x"), { ExternalId: "other" }],
  [true, "student", root, externalId("x"), { ExternalId: "x" }],
  [true, "plain", "*", { ArnEquals: { "aws:PrincipalArn": roleArn("plain") } }],
  [false, "plain", "*", { ArnEquals: { "aws:PrincipalArn": roleArn("other") } }],
])(
  "may assume: %s, if %s calls and the trust policy names %s %j, with %j",
  async (expected, caller, principal, condition, more) => {
    const name = `target-${made++}`;
    await createRole(name, trusting(principal, condition));
    const request = { RoleArn: roleArn(name), RoleSessionName: "session", ...more };
    const outcome = await callers[caller]?.assumeRole(request).then(
      () => "assumed",
      (error) => `${error.name}: ${error.message}`,
    );
    const arn = caller === "student" ? "arn:aws:iam::123456789012:user/student" : session(caller);
    const because = caller === "denied" ? " with an explicit deny in an identity-based policy" : "";
    expect(outcome).toBe(
      expected
        ? "assumed"
        : `AccessDenied: User: ${arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn(name)}${because}`,
    );
  },
);

it("a condition that is not known here is reported, and denies nothing", async () => {
  await createRole("unknown", trusting(root, { StringEquals: { "aws:SourceVpc": "vpc-1" } }));
  await student.assumeRole({ RoleArn: roleArn("unknown"), RoleSessionName: "session" });
  expect(warnings).toEqual([
    expect.stringMatching(/^not checked: the condition key aws:SourceVpc, in the trust/),
  ]);
});
