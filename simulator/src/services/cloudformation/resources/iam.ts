import { ignoreMissing } from "./failures.ts";
import {
  listChanges,
  type Properties,
  physicalId,
  type ResourceContext,
  resourceType,
  settled,
} from "./resource-type.ts";

export const role = resourceType({
  find: async ({ aws }, RoleName) => (await aws.iam.getRole({ RoleName })).Role,
  attributes: { Arn: ({ found }) => found.Arn, RoleId: ({ found }) => found.RoleId },
  tagging: {
    set: (aws, RoleName, Tags) => aws.iam.tagRole({ RoleName, Tags }),
    remove: (aws, RoleName, TagKeys) => aws.iam.untagRole({ RoleName, TagKeys }),
  },
  async create(context, properties) {
    const { Path, Description, MaxSessionDuration, PermissionsBoundary, Tags } = properties;
    // 64 is IAM's limit on role names.
    const RoleName: string = properties.RoleName ?? context.generateName(64);
    await context.aws.iam.createRole({
      ...{ RoleName, Path, Description, MaxSessionDuration, PermissionsBoundary },
      Tags: Tags?.length ? Tags : undefined,
      AssumeRolePolicyDocument: JSON.stringify(properties.AssumeRolePolicyDocument),
    });
    context.identify(RoleName);
    await setPolicies(context, RoleName, properties, {});
    return RoleName;
  },
  // Stacks use their own new roles without an error, so CloudFormation waits where the fault iam-delay delays a role.
  stabilize: (context, RoleName) =>
    settled(context, async () => {
      const { Role } = await context.aws.iam.getRole({ RoleName });
      return !context.environment.permissions.isDelayed(Role?.Arn ?? "");
    }),
  async update(context, RoleName, next, previous) {
    const { iam } = context.aws;
    const { AssumeRolePolicyDocument, Description, MaxSessionDuration, PermissionsBoundary } = next;
    if (PermissionsBoundary) await iam.putRolePermissionsBoundary({ RoleName, PermissionsBoundary });
    else if (previous.PermissionsBoundary) await iam.deleteRolePermissionsBoundary({ RoleName });
    const PolicyDocument = JSON.stringify(AssumeRolePolicyDocument);
    await iam.updateAssumeRolePolicy({ RoleName, PolicyDocument });
    await iam.updateRole({ RoleName, Description, MaxSessionDuration });
    await setPolicies(context, RoleName, next, previous);
  },
  async delete(context, RoleName, properties) {
    await setPolicies(context, RoleName, {}, properties);
    await context.aws.iam.deleteRole({ RoleName });
  },
});

async function setPolicies(
  { aws: { iam } }: ResourceContext,
  RoleName: string,
  next: Properties,
  previous: Properties,
): Promise<void> {
  const policies: Properties[] = next.Policies ?? [];
  for (const { PolicyName, PolicyDocument } of policies)
    await iam.putRolePolicy({ RoleName, PolicyName, PolicyDocument: JSON.stringify(PolicyDocument) });
  const { removed: oldNames } = listChanges(namesOf(previous.Policies), namesOf(policies));
  for (const PolicyName of oldNames)
    await ignoreMissing(() => iam.deleteRolePolicy({ RoleName, PolicyName }));

  const { added, removed } = listChanges(previous.ManagedPolicyArns, next.ManagedPolicyArns);
  for (const PolicyArn of added) await iam.attachRolePolicy({ RoleName, PolicyArn });
  for (const PolicyArn of removed) await ignoreMissing(() => iam.detachRolePolicy({ RoleName, PolicyArn }));
}

function namesOf(policies: readonly Properties[] = []): string[] {
  return policies.map(({ PolicyName }) => PolicyName);
}

export const instanceProfile = resourceType({
  find: async ({ aws }, InstanceProfileName) =>
    (await aws.iam.getInstanceProfile({ InstanceProfileName })).InstanceProfile,
  attributes: { Arn: ({ found }) => found.Arn },
  async create(context, properties) {
    // 128 is IAM's limit on names of instance profiles.
    const { InstanceProfileName = context.generateName(128), Path } = properties;
    await context.aws.iam.createInstanceProfile({ InstanceProfileName, Path });
    context.identify(InstanceProfileName);
    await setRoles(context, InstanceProfileName, properties, {});
    return InstanceProfileName;
  },
  update: setRoles,
  async delete(context, InstanceProfileName, properties) {
    await setRoles(context, InstanceProfileName, {}, properties);
    await context.aws.iam.deleteInstanceProfile({ InstanceProfileName });
  },
});

/** The old role is removed first: a profile has only one. */
async function setRoles(
  { aws: { iam } }: ResourceContext,
  InstanceProfileName: string,
  next: Properties,
  previous: Properties,
) {
  const { added, removed } = listChanges(previous.Roles, next.Roles);
  for (const RoleName of removed)
    await ignoreMissing(() => iam.removeRoleFromInstanceProfile({ InstanceProfileName, RoleName }));
  for (const RoleName of added) await iam.addRoleToInstanceProfile({ InstanceProfileName, RoleName });
}

/** Ref gives its ARN. */
export const oidcProvider = resourceType({
  attributes: { Arn: physicalId },
  tagging: {
    set: (aws, arn, Tags) => aws.iam.tagOpenIDConnectProvider({ OpenIDConnectProviderArn: arn, Tags }),
    remove: (aws, arn, TagKeys) =>
      aws.iam.untagOpenIDConnectProvider({ OpenIDConnectProviderArn: arn, TagKeys }),
  },
  async create({ aws }, { ClientIdList: ClientIDList, Tags, ...rest }) {
    const { OpenIDConnectProviderArn } = await aws.iam.createOpenIDConnectProvider({
      Url: rest.Url,
      ThumbprintList: rest.ThumbprintList,
      ClientIDList,
      Tags: Tags?.length ? Tags : undefined,
    });
    return OpenIDConnectProviderArn;
  },
  async update({ aws: { iam } }, OpenIDConnectProviderArn, { ClientIdList, ThumbprintList }, previous) {
    const { added, removed } = listChanges(previous.ClientIdList, ClientIdList);
    for (const ClientID of added)
      await iam.addClientIDToOpenIDConnectProvider({ OpenIDConnectProviderArn, ClientID });
    for (const ClientID of removed)
      await iam.removeClientIDFromOpenIDConnectProvider({ OpenIDConnectProviderArn, ClientID });
    if (ThumbprintList)
      await iam.updateOpenIDConnectProviderThumbprint({ OpenIDConnectProviderArn, ThumbprintList });
  },
  // Deleting a missing provider is not an error.
  delete: ({ aws }, arn) => aws.iam.deleteOpenIDConnectProvider({ OpenIDConnectProviderArn: arn }),
});

/** Ref gives its ARN. */
export const managedPolicy = resourceType({
  attributes: { PolicyArn: physicalId },
  async create(context, { ManagedPolicyName, Path, Description, PolicyDocument }) {
    const { Policy } = await context.aws.iam.createPolicy({
      PolicyName: ManagedPolicyName ?? context.generateName(128),
      ...{ Path, Description, PolicyDocument: JSON.stringify(PolicyDocument) },
    });
    return Policy?.Arn;
  },
  update: ({ aws }, PolicyArn, next) => {
    const PolicyDocument = JSON.stringify(next.PolicyDocument);
    return aws.iam.createPolicyVersion({ PolicyArn, PolicyDocument, SetAsDefault: true });
  },
  delete: ({ aws }, PolicyArn) => aws.iam.deletePolicy({ PolicyArn }),
});

/** An inline policy of roles; its physical id is a name that CloudFormation generates, not the policy's. */
export const policy = resourceType({
  async create(context, properties) {
    const id = context.generateName(128);
    context.identify(id);
    await write(context, id, properties, {});
    return id;
  },
  update: write,
  delete: (context, id, properties) => write(context, id, {}, properties),
});

async function write({ aws: { iam } }: ResourceContext, _: string, next: Properties, previous: Properties) {
  const { PolicyName, PolicyDocument, Roles = [] } = next;
  for (const RoleName of Roles)
    await iam.putRolePolicy({ RoleName, PolicyName, PolicyDocument: JSON.stringify(PolicyDocument) });
  for (const RoleName of previous.Roles ?? [])
    if (!Roles.includes(RoleName) || previous.PolicyName !== PolicyName)
      await ignoreMissing(() => iam.deleteRolePolicy({ RoleName, PolicyName: previous.PolicyName }));
}
