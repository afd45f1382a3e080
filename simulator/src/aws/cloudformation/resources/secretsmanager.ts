import { sameValue } from "../template/value.ts";
import { ignoreMissing } from "./ignore-missing.ts";
import type { ResourceContext, ResourceType } from "./resource-type.ts";
import { tags, text } from "./shape.ts";
import { tagChanges } from "./tag-changes.ts";

const secrets = (context: ResourceContext) => context.environment.aws.secretsmanager;

/** Its physical id is its ARN. Without SecretString it is empty, as documented. */
export const secret: ResourceType = {
  properties: { Name: text, Description: text, KmsKeyId: text, SecretString: text, Tags: tags },
  replacement: ["Name"],
  nameProperty: "Name",
  attributes: ["Id"],
  async create(context, properties) {
    const { Description, KmsKeyId, SecretString, Tags } = properties;
    const Name = properties.Name ?? context.generateName(512);
    const created = await secrets(context).createSecret({ Name, Description, KmsKeyId, SecretString, Tags });
    return created.ARN ?? "";
  },
  readAttributes: async (_, id) => ({ Id: id }),
  async update(context, SecretId, next, previous) {
    const { Description, KmsKeyId } = next;
    // Only a value that the template changes: what somebody else has put there since is theirs.
    const SecretString = sameValue(next.SecretString, previous.SecretString) ? undefined : next.SecretString;
    await secrets(context).updateSecret({ SecretId, Description, KmsKeyId, SecretString });
    const { set, remove } = tagChanges(previous.Tags, next.Tags);
    if (set.length > 0) await secrets(context).tagResource({ SecretId, Tags: set });
    if (remove.length > 0) await secrets(context).untagResource({ SecretId, TagKeys: remove });
  },
  // CloudFormation leaves no time to recover one. Source: User Guide, DeletionPolicy attribute.
  delete: (context, SecretId) =>
    ignoreMissing(["ResourceNotFoundException"], () =>
      secrets(context).deleteSecret({ SecretId, ForceDeleteWithoutRecovery: true }),
    ),
};
