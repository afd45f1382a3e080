import { isMapping, sameValue, type Value } from "../template/value.ts";
import { HandlerError } from "./failures.ts";
import { type Properties, physicalId, type ResourceContext, resourceType } from "./resource-type.ts";

/** Its physical id is its ARN. Without SecretString and GenerateSecretString it is empty, as documented. */
export const secret = resourceType({
  attributes: { Id: physicalId },
  tagging: {
    set: (aws, SecretId, Tags) => aws.secretsmanager.tagResource({ SecretId, Tags }),
    remove: (aws, SecretId, TagKeys) => aws.secretsmanager.untagResource({ SecretId, TagKeys }),
  },
  async create(context, properties) {
    const { GenerateSecretString: _, Name = context.generateName(512), ...rest } = properties;
    const SecretString = await initialValue(context, properties);
    return (await context.aws.secretsmanager.createSecret({ ...rest, Name, SecretString })).ARN;
  },
  async update(context, SecretId, next, previous) {
    const { Description, KmsKeyId } = next;
    // Sets only a value that the template changes: a value set later by a user is kept.
    const same = (name: string) => sameValue(next[name], previous[name]);
    const kept = same("SecretString") && same("GenerateSecretString");
    const SecretString = kept ? undefined : await initialValue(context, next);
    await context.aws.secretsmanager.updateSecret({ SecretId, Description, KmsKeyId, SecretString });
  },
  // CloudFormation deletes without a recovery window. Source: User Guide, DeletionPolicy attribute.
  delete: ({ aws }, SecretId) =>
    aws.secretsmanager.deleteSecret({ SecretId, ForceDeleteWithoutRecovery: true }),
});

/** Returns the template's value or a generated one; undefined for an empty secret. */
async function initialValue(
  { aws }: ResourceContext,
  { SecretString, GenerateSecretString }: Properties,
): Promise<string | undefined> {
  if (SecretString !== undefined && GenerateSecretString !== undefined)
    throw invalid("You can't specify both SecretString and GenerateSecretString.");
  if (GenerateSecretString === undefined) return SecretString;
  const { SecretStringTemplate, GenerateStringKey, ...rules } = GenerateSecretString;
  if ((SecretStringTemplate === undefined) !== (GenerateStringKey === undefined))
    throw invalid("You must specify both SecretStringTemplate and GenerateStringKey, or neither.");
  const { RandomPassword } = await aws.secretsmanager.getRandomPassword(rules);
  if (SecretStringTemplate === undefined) return RandomPassword;
  return JSON.stringify({ ...readTemplate(SecretStringTemplate), [GenerateStringKey]: RandomPassword });
}

function readTemplate(text: string): object {
  try {
    const value: Value = JSON.parse(text);
    if (isMapping(value)) return value;
  } catch {
    // The error below says the same for a text that is not JSON.
  }
  throw invalid("SecretStringTemplate must be a JSON object in text");
}

const invalid = (words: string) => new HandlerError(words, "InvalidRequest");
