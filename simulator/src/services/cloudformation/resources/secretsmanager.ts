import { isMapping, sameValue, type Value } from "../template/value.ts";
import {
  HandlerError,
  ignoreMissing,
  type Properties,
  type ResourceContext,
  type ResourceType,
  tagChanges,
} from "./resource-type.ts";
import { boolean, integer, object, tags, text } from "./shape.ts";

const secrets = (context: ResourceContext) => context.environment.aws.secretsmanager;

const generated = object({
  SecretStringTemplate: text,
  GenerateStringKey: text,
  PasswordLength: integer,
  ExcludeCharacters: text,
  ExcludeLowercase: boolean,
  ExcludeNumbers: boolean,
  ExcludePunctuation: boolean,
  ExcludeUppercase: boolean,
  IncludeSpace: boolean,
  RequireEachIncludedType: boolean,
});

/** Its physical id is its ARN. Without SecretString and GenerateSecretString it is empty, as documented. */
export const secret: ResourceType = {
  properties: {
    Name: text,
    Description: text,
    KmsKeyId: text,
    SecretString: text,
    GenerateSecretString: generated,
    Tags: tags,
  },
  replacement: ["Name"],
  nameProperty: "Name",
  attributes: ["Id"],
  async create(context, properties) {
    const { Description, KmsKeyId, Tags } = properties;
    const SecretString = await initialValue(context, properties);
    const Name = properties.Name ?? context.generateName(512);
    const created = await secrets(context).createSecret({ Name, Description, KmsKeyId, SecretString, Tags });
    return created.ARN ?? "";
  },
  readAttributes: async (_, id) => ({ Id: id }),
  async update(context, SecretId, next, previous) {
    const { Description, KmsKeyId } = next;
    // Sets only a value that the template changes: a value set later by a user is kept.
    const same = (name: string) => sameValue(next[name], previous[name]);
    const kept = same("SecretString") && same("GenerateSecretString");
    const SecretString = kept ? undefined : await initialValue(context, next);
    await secrets(context).updateSecret({ SecretId, Description, KmsKeyId, SecretString });
    const { set, remove } = tagChanges(previous.Tags, next.Tags);
    if (set.length > 0) await secrets(context).tagResource({ SecretId, Tags: set });
    if (remove.length > 0) await secrets(context).untagResource({ SecretId, TagKeys: remove });
  },
  // CloudFormation deletes without a recovery window. Source: User Guide, DeletionPolicy attribute.
  delete: (context, SecretId) =>
    ignoreMissing(["ResourceNotFoundException"], () =>
      secrets(context).deleteSecret({ SecretId, ForceDeleteWithoutRecovery: true }),
    ),
};

/** Returns the template's value or a generated one; undefined for an empty secret. */
async function initialValue(
  context: ResourceContext,
  { SecretString, GenerateSecretString }: Properties,
): Promise<string | undefined> {
  if (SecretString !== undefined && GenerateSecretString !== undefined)
    throw invalid("You can't specify both SecretString and GenerateSecretString.");
  if (GenerateSecretString === undefined) return SecretString;
  const { SecretStringTemplate, GenerateStringKey, ...rules } = GenerateSecretString;
  if ((SecretStringTemplate === undefined) !== (GenerateStringKey === undefined))
    throw invalid("You must specify both SecretStringTemplate and GenerateStringKey, or neither.");
  const { RandomPassword } = await secrets(context).getRandomPassword(rules);
  if (SecretStringTemplate === undefined) return RandomPassword;
  return JSON.stringify({ ...readTemplate(SecretStringTemplate), [GenerateStringKey]: RandomPassword });
}

function readTemplate(text: string): object {
  const refusal = "SecretStringTemplate must be a JSON object in text";
  let value: Value;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid(refusal);
  }
  if (isMapping(value)) return value;
  throw invalid(refusal);
}

const invalid = (words: string) => new HandlerError(words, "InvalidRequest");
