import { sameValue } from "../template/value.ts";
import { ignoreMissing } from "./ignore-missing.ts";
import type { Properties, ResourceContext, ResourceType } from "./resource-type.ts";
import { integer, json, list, object, tags, text } from "./shape.ts";
import { tagChanges } from "./tag-changes.ts";

const iam = (context: ResourceContext) => context.environment.aws.iam;

const missing = ["NoSuchEntity", "NoSuchEntityException"];

export const role: ResourceType = {
  properties: {
    RoleName: text,
    Path: text,
    Description: text,
    AssumeRolePolicyDocument: json,
    ManagedPolicyArns: list(text),
    Policies: list(object({ PolicyName: text, PolicyDocument: json }, ["PolicyName", "PolicyDocument"])),
    MaxSessionDuration: integer,
    Tags: tags,
  },
  required: ["AssumeRolePolicyDocument"],
  replacement: ["RoleName", "Path"],
  nameProperty: "RoleName",
  identity: true,
  attributes: ["Arn", "RoleId"],
  async create(context, properties) {
    const { Path, Description, MaxSessionDuration, Tags } = properties;
    // 64 is IAM's limit on role names.
    const RoleName: string = properties.RoleName ?? context.generateName(64);
    await iam(context).createRole({
      RoleName,
      Path,
      Description,
      MaxSessionDuration,
      Tags: Tags?.length ? Tags : undefined,
      AssumeRolePolicyDocument: JSON.stringify(properties.AssumeRolePolicyDocument),
    });
    context.identify(RoleName);
    await setPolicies(context, RoleName, properties, {});
    return RoleName;
  },
  async readAttributes(context, RoleName) {
    const { Role } = await iam(context).getRole({ RoleName });
    return { Arn: Role?.Arn ?? null, RoleId: Role?.RoleId ?? null };
  },
  async update(context, RoleName, next, previous) {
    const { AssumeRolePolicyDocument, Description, MaxSessionDuration } = next;
    if (!sameValue(AssumeRolePolicyDocument, previous.AssumeRolePolicyDocument))
      await iam(context).updateAssumeRolePolicy({
        RoleName,
        PolicyDocument: JSON.stringify(AssumeRolePolicyDocument),
      });
    if (Description !== previous.Description || MaxSessionDuration !== previous.MaxSessionDuration)
      await iam(context).updateRole({ RoleName, Description, MaxSessionDuration });
    await setPolicies(context, RoleName, next, previous);
    const { set, remove } = tagChanges(previous.Tags, next.Tags);
    if (set.length > 0) await iam(context).tagRole({ RoleName, Tags: set });
    if (remove.length > 0) await iam(context).untagRole({ RoleName, TagKeys: remove });
  },
  async delete(context, RoleName, properties) {
    await ignoreMissing(missing, () => setPolicies(context, RoleName, {}, properties));
    await ignoreMissing(missing, () => iam(context).deleteRole({ RoleName }));
  },
};

async function setPolicies(
  context: ResourceContext,
  RoleName: string,
  next: Properties,
  previous: Properties,
): Promise<void> {
  const policies: Properties[] = next.Policies ?? [];
  for (const { PolicyName, PolicyDocument } of policies)
    await iam(context).putRolePolicy({
      RoleName,
      PolicyName,
      PolicyDocument: JSON.stringify(PolicyDocument),
    });
  const kept = new Set(policies.map(({ PolicyName }) => PolicyName));
  for (const { PolicyName } of previous.Policies ?? [])
    if (!kept.has(PolicyName))
      await ignoreMissing(missing, () => iam(context).deleteRolePolicy({ RoleName, PolicyName }));

  const managed: string[] = next.ManagedPolicyArns ?? [];
  const before: string[] = previous.ManagedPolicyArns ?? [];
  for (const PolicyArn of managed)
    if (!before.includes(PolicyArn)) await iam(context).attachRolePolicy({ RoleName, PolicyArn });
  for (const PolicyArn of before)
    if (!managed.includes(PolicyArn))
      await ignoreMissing(missing, () => iam(context).detachRolePolicy({ RoleName, PolicyArn }));
}
