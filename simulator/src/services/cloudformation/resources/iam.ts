import { sameValue } from "../template/value.ts";
import {
  ignoreMissing,
  type Properties,
  type ResourceContext,
  type ResourceType,
  tagChanges,
} from "./resource-type.ts";
import { integer, json, list, object, tags, text } from "./shape.ts";

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

export const instanceProfile: ResourceType = {
  properties: { InstanceProfileName: text, Path: text, Roles: list(text) },
  required: ["Roles"],
  replacement: ["InstanceProfileName", "Path"],
  nameProperty: "InstanceProfileName",
  identity: true,
  attributes: ["Arn"],
  async create(context, properties) {
    // 128 is IAM's limit on names of instance profiles.
    const InstanceProfileName: string = properties.InstanceProfileName ?? context.generateName(128);
    await iam(context).createInstanceProfile({ InstanceProfileName, Path: properties.Path });
    context.identify(InstanceProfileName);
    await setRoles(context, InstanceProfileName, properties, {});
    return InstanceProfileName;
  },
  async readAttributes(context, InstanceProfileName) {
    const { InstanceProfile } = await iam(context).getInstanceProfile({ InstanceProfileName });
    return { Arn: InstanceProfile?.Arn ?? null };
  },
  update: setRoles,
  delete: (context, InstanceProfileName, properties) =>
    ignoreMissing(missing, async () => {
      await setRoles(context, InstanceProfileName, {}, properties);
      await iam(context).deleteInstanceProfile({ InstanceProfileName });
    }),
};

/** The old role is removed first: a profile has only one. */
async function setRoles(
  context: ResourceContext,
  InstanceProfileName: string,
  next: Properties,
  previous: Properties,
) {
  const after: string[] = next.Roles ?? [];
  const before: string[] = previous.Roles ?? [];
  for (const RoleName of before)
    if (!after.includes(RoleName))
      await ignoreMissing(missing, () =>
        iam(context).removeRoleFromInstanceProfile({ InstanceProfileName, RoleName }),
      );
  for (const RoleName of after)
    if (!before.includes(RoleName))
      await iam(context).addRoleToInstanceProfile({ InstanceProfileName, RoleName });
}

/** Ref gives its ARN. */
export const oidcProvider: ResourceType = {
  properties: { Url: text, ClientIdList: list(text), ThumbprintList: list(text), Tags: tags },
  required: ["Url"],
  replacement: ["Url"],
  attributes: ["Arn"],
  async create(context, { Url, ClientIdList, ThumbprintList, Tags }) {
    const { OpenIDConnectProviderArn = "" } = await iam(context).createOpenIDConnectProvider({
      Url,
      ClientIDList: ClientIdList,
      ThumbprintList,
      Tags: Tags?.length ? Tags : undefined,
    });
    return OpenIDConnectProviderArn;
  },
  readAttributes: async (_, arn) => ({ Arn: arn }),
  async update(context, OpenIDConnectProviderArn, next, previous) {
    const api = iam(context);
    const after: string[] = next.ClientIdList ?? [];
    const before: string[] = previous.ClientIdList ?? [];
    for (const ClientID of after)
      if (!before.includes(ClientID))
        await api.addClientIDToOpenIDConnectProvider({ OpenIDConnectProviderArn, ClientID });
    for (const ClientID of before)
      if (!after.includes(ClientID))
        await api.removeClientIDFromOpenIDConnectProvider({ OpenIDConnectProviderArn, ClientID });
    if (next.ThumbprintList)
      await api.updateOpenIDConnectProviderThumbprint({
        OpenIDConnectProviderArn,
        ThumbprintList: next.ThumbprintList,
      });
    const { set, remove } = tagChanges(previous.Tags, next.Tags);
    if (set.length > 0) await api.tagOpenIDConnectProvider({ OpenIDConnectProviderArn, Tags: set });
    if (remove.length > 0)
      await api.untagOpenIDConnectProvider({ OpenIDConnectProviderArn, TagKeys: remove });
  },
  delete: async (context, OpenIDConnectProviderArn) => {
    // Deleting a missing provider is not an error.
    await iam(context).deleteOpenIDConnectProvider({ OpenIDConnectProviderArn });
  },
};

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
