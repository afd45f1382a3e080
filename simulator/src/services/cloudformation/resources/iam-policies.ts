import { sameValue } from "../template/value.ts";
import { ignoreMissing } from "./ignore-missing.ts";
import type { Properties, ResourceContext, ResourceType } from "./resource-type.ts";
import { json, list, text } from "./shape.ts";

const iam = (context: ResourceContext) => context.environment.aws.iam;

const missing = ["NoSuchEntity", "NoSuchEntityException"];

/** A policy that roles can share; Ref gives its ARN. */
export const managedPolicy: ResourceType = {
  properties: {
    ManagedPolicyName: text,
    Description: text,
    Path: text,
    PolicyDocument: json,
    Roles: list(text),
  },
  required: ["PolicyDocument"],
  replacement: ["ManagedPolicyName", "Description", "Path"],
  nameProperty: "ManagedPolicyName",
  identity: true,
  attributes: ["PolicyArn"],
  async create(context, properties) {
    const { Policy } = await iam(context).createPolicy({
      // 128 is IAM's limit on names of policies.
      PolicyName: properties.ManagedPolicyName ?? context.generateName(128),
      Description: properties.Description,
      Path: properties.Path,
      PolicyDocument: JSON.stringify(properties.PolicyDocument),
    });
    const arn = Policy?.Arn ?? "";
    context.identify(arn);
    await attach(context, arn, properties, {});
    return arn;
  },
  readAttributes: async (_, arn) => ({ PolicyArn: arn }),
  async update(context, arn, next, previous) {
    if (!sameValue(next.PolicyDocument, previous.PolicyDocument))
      await addVersion(context, arn, JSON.stringify(next.PolicyDocument));
    await attach(context, arn, next, previous);
  },
  delete: (context, PolicyArn, properties) =>
    ignoreMissing(missing, async () => {
      await attach(context, PolicyArn, {}, properties);
      const { Versions = [] } = await iam(context).listPolicyVersions({ PolicyArn });
      for (const { VersionId, IsDefaultVersion } of Versions)
        if (!IsDefaultVersion) await iam(context).deletePolicyVersion({ PolicyArn, VersionId });
      await iam(context).deletePolicy({ PolicyArn });
    }),
};

/** A change is a new version; the oldest is deleted when IAM's maximum is reached. */
async function addVersion(
  context: ResourceContext,
  PolicyArn: string,
  PolicyDocument: string,
): Promise<void> {
  const { Versions = [] } = await iam(context).listPolicyVersions({ PolicyArn });
  const oldest = Versions.findLast(({ IsDefaultVersion }) => !IsDefaultVersion);
  // Source: IAM user guide, "Versioning IAM policies".
  if (Versions.length >= 5 && oldest)
    await iam(context).deletePolicyVersion({ PolicyArn, VersionId: oldest.VersionId });
  await iam(context).createPolicyVersion({ PolicyArn, PolicyDocument, SetAsDefault: true });
}

async function attach(context: ResourceContext, PolicyArn: string, next: Properties, previous: Properties) {
  const roles: string[] = next.Roles ?? [];
  for (const RoleName of roles) await iam(context).attachRolePolicy({ RoleName, PolicyArn });
  for (const RoleName of previous.Roles ?? [])
    if (!roles.includes(RoleName))
      await ignoreMissing(missing, () => iam(context).detachRolePolicy({ RoleName, PolicyArn }));
}

/** An inline policy of roles; its physical id is a name that CloudFormation generates, not the policy's. */
export const policy: ResourceType = {
  properties: { PolicyName: text, PolicyDocument: json, Roles: list(text) },
  required: ["PolicyName", "PolicyDocument", "Roles"],
  identity: true,
  async create(context, properties) {
    const id = context.generateName(128);
    context.identify(id);
    await write(context, properties, {});
    return id;
  },
  update: (context, _, next, previous) => write(context, next, previous),
  delete: (context, _, properties) => write(context, {}, properties),
};

async function write(context: ResourceContext, next: Properties, previous: Properties): Promise<void> {
  const { PolicyName, PolicyDocument, Roles = [] } = next;
  for (const RoleName of Roles)
    await iam(context).putRolePolicy({
      RoleName,
      PolicyName,
      PolicyDocument: JSON.stringify(PolicyDocument),
    });
  for (const RoleName of previous.Roles ?? [])
    if (!Roles.includes(RoleName) || previous.PolicyName !== PolicyName)
      await ignoreMissing(missing, () =>
        iam(context).deleteRolePolicy({ RoleName, PolicyName: previous.PolicyName }),
      );
}
