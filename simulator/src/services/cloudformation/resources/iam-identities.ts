import { ignoreMissing } from "./ignore-missing.ts";
import type { Properties, ResourceContext, ResourceType } from "./resource-type.ts";
import { list, tags, text } from "./shape.ts";
import { tagChanges } from "./tag-changes.ts";

const iam = (context: ResourceContext) => context.environment.aws.iam;

const missing = ["NoSuchEntity", "NoSuchEntityException"];

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
