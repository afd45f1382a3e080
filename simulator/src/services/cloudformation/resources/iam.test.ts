import { afterEach, beforeEach, expect, it } from "vitest";
import { type StackTest, startStackTest } from "./stack.support.ts";

let stack: StackTest;
beforeEach(async () => {
  stack = await startStackTest();
});
afterEach(() => stack.close());

const trust = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
};
const document = (Action: string) => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action, Resource: "*" }],
});
const role = { Type: "AWS::IAM::Role", Properties: { AssumeRolePolicyDocument: trust } };
const identities = (action: string, roleName: string, more: object = {}) => ({
  A: role,
  B: role,
  Shared: {
    Type: "AWS::IAM::ManagedPolicy",
    Properties: { PolicyDocument: document(action), Roles: [{ Ref: roleName }], ...more },
  },
  Written: {
    Type: "AWS::IAM::Policy",
    Properties: {
      PolicyName: `may-${action.slice(3)}`,
      PolicyDocument: document(action),
      Roles: [{ Ref: roleName }],
    },
  },
  Profile: { Type: "AWS::IAM::InstanceProfile", Properties: { Roles: [{ Ref: roleName }] } },
  GitHub: {
    Type: "AWS::IAM::OIDCProvider",
    Properties: { Url: "https://token.actions.githubusercontent.com", ClientIdList: [action] },
  },
});

it("creates policies, profiles and providers, changes them in place, and removes them", async () => {
  const { iam } = stack.aws;
  expect(await stack.create(identities("s3:GetObject", "A"))).toBe("CREATE_COMPLETE");
  const [PolicyArn, profile, provider] = await Promise.all(
    ["Shared", "Profile", "GitHub"].map((id) => stack.physicalId(id)),
  );
  expect(PolicyArn).toMatch(/^arn:aws:iam::123456789012:policy\/resources-Shared-/);
  for (let change = 0; change < 6; change++)
    expect(await stack.update(identities(`s3:Put${change}`, "B"))).toBe("UPDATE_COMPLETE");
  expect(await stack.physicalId("Shared")).toBe(PolicyArn);
  const RoleName = await stack.physicalId("B");
  const { AttachedPolicies } = await iam.listAttachedRolePolicies({ RoleName });
  expect(AttachedPolicies).toMatchObject([{ PolicyArn }]);
  expect((await iam.listRolePolicies({ RoleName })).PolicyNames).toEqual(["may-Put5"]);
  expect((await iam.listRolePolicies({ RoleName: await stack.physicalId("A") })).PolicyNames).toEqual([]);
  const { InstanceProfile } = await iam.getInstanceProfile({ InstanceProfileName: profile });
  expect(InstanceProfile?.Roles).toMatchObject([{ RoleName }]);
  const found = await iam.getOpenIDConnectProvider({ OpenIDConnectProviderArn: provider });
  expect(found.ClientIDList).toEqual(["s3:Put5"]);
  const { Policy } = await iam.getPolicy({ PolicyArn });
  const version = await iam.getPolicyVersion({ PolicyArn, VersionId: Policy?.DefaultVersionId });
  expect(decodeURIComponent(version.PolicyVersion?.Document ?? "")).toContain("s3:Put5");
  expect(await stack.remove()).toBe("gone");
  expect((await iam.listPolicies({})).Policies).toEqual([]);
  expect((await iam.listOpenIDConnectProviders({})).OpenIDConnectProviderList).toEqual([]);
});

it("replaces a policy whose description changes, unless it has a custom name", async () => {
  await stack.create(identities("s3:GetObject", "A", { Description: "one" }));
  const before = await stack.physicalId("Shared");
  expect(await stack.update(identities("s3:GetObject", "A", { Description: "two" }))).toBe("UPDATE_COMPLETE");
  expect(await stack.physicalId("Shared")).not.toBe(before);
  await stack.update(identities("s3:GetObject", "A", { ManagedPolicyName: "mine", Description: "two" }));
  const again = identities("s3:GetObject", "A", { ManagedPolicyName: "mine", Description: "three" });
  expect(await stack.update(again)).toMatch(/custom-named resource requires replacing. Rename mine/);
});
