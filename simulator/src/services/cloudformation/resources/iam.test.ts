import { expect, it } from "vitest";
import { forEachTest, startStackTest } from "./stack.support.ts";

const stack = forEachTest(startStackTest);

const trust = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
};
const document = (Action: string) => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action, Resource: "*" }],
});
const role = { Type: "AWS::IAM::Role", Properties: { AssumeRolePolicyDocument: trust } };
const limit = { Ref: "Limit" };
const awsPolicy = "arn:aws:iam::aws:policy/PowerUserAccess";
const identities = (action: string, roleName: string) => ({
  A: role,
  B: role,
  Limit: { Type: "AWS::IAM::ManagedPolicy", Properties: { PolicyDocument: document(action) } },
  Limited: {
    Type: "AWS::IAM::Role",
    Properties: { ...role.Properties, PermissionsBoundary: roleName === "A" ? limit : awsPolicy },
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
  const boundary = async () =>
    (await iam.getRole({ RoleName: await stack.physicalId("Limited") })).Role?.PermissionsBoundary;
  const PolicyArn = await stack.physicalId("Limit");
  expect(await boundary()).toMatchObject({ PermissionsBoundaryArn: PolicyArn });
  await expect(iam.deletePolicy({ PolicyArn })).rejects.toThrow("attached to entities");
  const [profile, provider] = await Promise.all(["Profile", "GitHub"].map((id) => stack.physicalId(id)));
  expect(await stack.update(identities("s3:PutObject", "B"))).toBe("UPDATE_COMPLETE");
  const RoleName = await stack.physicalId("B");
  expect((await iam.listRolePolicies({ RoleName })).PolicyNames).toEqual(["may-PutObject"]);
  expect((await iam.listRolePolicies({ RoleName: await stack.physicalId("A") })).PolicyNames).toEqual([]);
  const { InstanceProfile } = await iam.getInstanceProfile({ InstanceProfileName: profile });
  expect(InstanceProfile?.Roles).toMatchObject([{ RoleName }]);
  const found = await iam.getOpenIDConnectProvider({ OpenIDConnectProviderArn: provider });
  expect(found.ClientIDList).toEqual(["s3:PutObject"]);
  expect(await boundary()).toMatchObject({ PermissionsBoundaryArn: awsPolicy });
  const { PolicyVersion } = await iam.getPolicyVersion({ PolicyArn, VersionId: "v2" });
  expect(decodeURIComponent(PolicyVersion?.Document ?? "")).toContain("s3:PutObject");
  expect(await stack.remove()).toBe("gone");
  expect((await iam.listOpenIDConnectProviders({})).OpenIDConnectProviderList).toEqual([]);
});
