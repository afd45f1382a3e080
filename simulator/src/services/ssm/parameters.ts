import type { Parameter, Tag } from "@aws-sdk/client-ssm";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { limitTags } from "../../kit/tags.ts";
import type { Service } from "../api.ts";

export interface StoredParameter {
  readonly parameter: Parameter;
  readonly tags: Map<string, string>;
  readonly description: string | undefined;
  readonly pattern: string | undefined;
}

export interface SsmState {
  readonly environment: Environment;
  /** The account's own, by name. */
  readonly own: Map<string, StoredParameter>;
}

/** Maximum characters of a standard parameter's value. Source: PutParameter, Systems Manager API reference. */
const longestValue = 4096;

const unsupported = "ValidationException";

/** Parameters of the account itself: of the standard tier, and not encrypted. */
export function parameterOperations(state: SsmState): Service<"ssm">["operations"] {
  const { region, accountId, clock } = state.environment;
  return {
    putParameter(input) {
      refuseUnsupported(unsupported, "PutParameter", input, [
        "Name",
        "Value",
        "Type",
        "Description",
        "AllowedPattern",
        "DataType",
        "Tier",
        "Tags",
        "Overwrite",
      ]);
      const { Name = "", Value = "", AllowedPattern, Tags = [] } = input;
      const existing = state.own.get(Name);
      checkName(Name);
      if (existing && !input.Overwrite)
        throw new AwsError(
          "ParameterAlreadyExists",
          "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
        );
      const Type = input.Type ?? existing?.parameter.Type;
      if (Type === undefined) throw invalid("A parameter type is required when you create a parameter.");
      if (Type === "SecureString")
        throw new AwsError("UnsupportedParameterType", "The simulator keeps String and StringList only.");
      if (Value === "" || Value.length > longestValue)
        throw invalid(
          `Standard tier parameters support a parameter value of 1 to ${longestValue} characters.`,
        );
      if (AllowedPattern !== undefined && !new RegExp(`^(?:${AllowedPattern})$`).test(Value))
        throw new AwsError(
          "ParameterPatternMismatchException",
          `Parameter value, cannot be validated against allowedPattern: ${AllowedPattern}`,
        );
      limitTags("TooManyTagsError", keysOf(Tags));
      const Version = (existing?.parameter.Version ?? 0) + 1;
      const parameter: Parameter = {
        Name,
        Type,
        Value,
        Version,
        LastModifiedDate: clock.now(),
        ARN: `arn:aws:ssm:${region}:${accountId}:parameter/${Name.replace(/^\//, "")}`,
        DataType: input.DataType ?? "text",
      };
      const tags = existing?.tags ?? new Map(entriesOf(Tags));
      const { Description = existing?.description } = input;
      state.own.set(Name, { parameter, tags, description: Description, pattern: AllowedPattern });
      return { Version, Tier: "Standard" };
    },
    deleteParameter({ Name = "" }) {
      if (!state.own.delete(Name)) throw notFound(`Parameter ${Name} not found.`);
      return {};
    },
    deleteParameters({ Names = [] }) {
      const DeletedParameters = Names.filter((name) => state.own.delete(name));
      return {
        DeletedParameters,
        InvalidParameters: Names.filter((name) => !DeletedParameters.includes(name)),
      };
    },
    addTagsToResource({ ResourceType, ResourceId, Tags = [] }) {
      const { tags } = tagged(state, ResourceType, ResourceId);
      limitTags("TooManyTagsError", keysOf(Tags), tags.keys());
      for (const [key, value] of entriesOf(Tags)) tags.set(key, value);
      return {};
    },
    removeTagsFromResource({ ResourceType, ResourceId, TagKeys = [] }) {
      const { tags } = tagged(state, ResourceType, ResourceId);
      for (const key of TagKeys) tags.delete(key);
      return {};
    },
    listTagsForResource({ ResourceType, ResourceId }) {
      const { tags } = tagged(state, ResourceType, ResourceId);
      return { TagList: [...tags].map(([Key, Value]) => ({ Key, Value })) };
    },
  };
}

function checkName(name: string): void {
  if (/^\/?(aws|ssm)/i.test(name))
    throw invalid(
      'Parameter name: can\'t be prefixed with "ssm" (case-insensitive) nor with "aws" (case-insensitive).',
    );
  if (!/^[A-Za-z0-9_./-]{1,1011}$/.test(name) || (name.includes("/") && !name.startsWith("/")))
    throw invalid(
      "Parameter name must be a fully qualified name: letters, digits and . - _ /, beginning with / when it has one.",
    );
}

function tagged(state: SsmState, type: string | undefined, id = ""): StoredParameter {
  const found = type === "Parameter" ? state.own.get(id) : undefined;
  if (found) return found;
  throw new AwsError("InvalidResourceId", `The resource ID is not valid: ${type} ${id}.`);
}

const keysOf = (tags: readonly Tag[]) => tags.map(({ Key }) => Key);
const entriesOf = (tags: readonly Tag[]) => tags.map(({ Key = "", Value = "" }) => [Key, Value] as const);

export function notFound(message: string): AwsError {
  return new AwsError("ParameterNotFound", message);
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}
