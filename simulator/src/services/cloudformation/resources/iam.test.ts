import { expect, it } from "vitest";
import { forEachTest, readParts, startStackTest } from "./stack.support.ts";

const stack = forEachTest(startStackTest);

const part = readParts(new URL("iam.yaml", import.meta.url));
const awsPolicy = "arn:aws:iam::aws:policy/PowerUserAccess";

function identities(action: string, roleName: string) {
  const Roles = [{ Ref: roleName }];
  const statement = { Effect: "Allow", Action: action, Resource: "*" };
  const PolicyDocument = { Version: "2012-10-17", Statement: [statement] };
  return part("identities", {
    Limit: { PolicyDocument },
    Limited: { PermissionsBoundary: roleName === "A" ? { Ref: "Limit" } : awsPolicy },
    Written: { PolicyName: `may-${action.slice(3)}`, PolicyDocument, Roles },
    Profile: { Roles },
    GitHub: { ClientIdList: [action] },
  });
}

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

it("creates a bucket with its settings and policy, changes them in place, and removes both", async () => {
  const { s3 } = stack.aws;
  const outputs = { Domain: { Value: { "Fn::GetAtt": ["Artifacts", "RegionalDomainName"] } } };
  expect(await stack.create(part("bucket"), outputs)).toBe("CREATE_COMPLETE");
  const Bucket = await stack.physicalId("Artifacts");
  expect(Bucket).toMatch(/^resources-artifacts-[0-9a-f]{12}$/);
  expect(await stack.outputs()).toEqual({ Domain: `${Bucket}.s3.us-east-1.amazonaws.com` });
  expect(await stack.physicalId("Policy")).toBe(Bucket);
  expect((await s3.getBucketVersioning({ Bucket })).Status).toBe("Enabled");
  expect((await s3.getBucketTagging({ Bucket })).TagSet).toEqual([{ Key: "phase", Value: "8" }]);
  expect((await s3.getBucketLifecycleConfiguration({ Bucket })).Rules).toMatchObject([
    { ID: "old", Expiration: { Days: 30 }, Filter: { Prefix: "" } },
  ]);
  expect((await s3.getBucketPolicy({ Bucket })).Policy).toContain(`arn:aws:s3:::${Bucket}/*`);

  expect(await stack.update(part("changed bucket"))).toBe("UPDATE_COMPLETE");
  expect(await stack.physicalId("Artifacts")).toBe(Bucket);
  expect((await s3.getBucketVersioning({ Bucket })).Status).toBe("Suspended");
  expect((await s3.getBucketEncryption({ Bucket })).ServerSideEncryptionConfiguration?.Rules).toMatchObject([
    { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } },
  ]);
  expect((await s3.getBucketPolicy({ Bucket })).Policy).toContain("Allow");
  await expect(s3.getBucketLifecycleConfiguration({ Bucket })).rejects.toMatchObject({
    code: "NoSuchLifecycleConfiguration",
  });
  expect(await stack.remove()).toBe("gone");
  expect((await s3.listBuckets({})).Buckets).toEqual([]);
});

it("does not adopt an existing bucket", async () => {
  await stack.aws.s3.createBucket({ Bucket: "theirs" });
  const outcome = await stack.create({
    A: { Type: "AWS::S3::Bucket", Properties: { BucketName: "theirs" } },
  });
  expect(outcome).toContain("A: ");
  expect(outcome).toMatch(/theirs.* already exists/);
  expect(await stack.remove()).toBe("gone");
  expect((await stack.aws.s3.listBuckets({})).Buckets).toHaveLength(1);
});
