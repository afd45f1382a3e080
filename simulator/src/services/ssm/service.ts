import type { Parameter } from "@aws-sdk/client-ssm";
import type { Environment } from "../../environment.ts";
import { AwsError, errorWith } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { checkedTags, tagOperations, tagPairs } from "../../kit/tags.ts";
import type { Operations, Service } from "../api.ts";
import type { Definition } from "../definition.ts";
import { publicImages } from "../ec2/images.ts";

export const ssm: Definition<"ssm"> = {
  create: createSsm,
  client: "ssm",
  wires: [{ protocol: "awsJson1.1", route: "AmazonSSM" }],
};

/** Maximum of one request. Source: GetParameters, Systems Manager API reference. */
const mostNames = 10;

const unsupported = "ValidationException";

/**
 * Parameters of Systems Manager: the account's own, and AWS's public ones with the ids of images. Source of shapes and
 * errors: API reference 2014-11-06.
 */
function createSsm(environment: Environment): Service<"ssm"> {
  const published = publicParameters(environment.region);
  const state: SsmState = { environment, own: new Map() };
  /** By name or ARN. */
  const find = (reference = ""): Parameter | undefined => {
    const name = reference.replace(/^arn:aws:ssm:[^:]*:[^:]*:parameter(?=\/)/, "");
    const own = state.own.get(name) ?? state.own.get(name.replace(/^\//, ""));
    return own?.parameter ?? published.get(name);
  };
  return {
    operations: {
      ...parameterOperations(state),
      getParameter: (input) => {
        refuseUnsupported(unsupported, "GetParameter", input, ["Name", "WithDecryption"]);
        const found = find(input.Name);
        if (found) return { Parameter: shown(found, input.WithDecryption) };
        throw notFound(`Parameter ${input.Name} not found.`);
      },
      getParameters: (input) => {
        refuseUnsupported(unsupported, "GetParameters", input, ["Names", "WithDecryption"]);
        const { Names = [] } = input;
        if (Names.length > mostNames)
          throw new AwsError("ValidationException", `Names has ${Names.length} items: ${mostNames} at most.`);
        return {
          Parameters: Names.flatMap((name) => find(name) ?? []).map((each) =>
            shown(each, input.WithDecryption),
          ),
          InvalidParameters: Names.filter((name) => !find(name)),
        };
      },
    },
  };
}

/** Returns an encrypted parameter with another text as its value, unless it is to be decrypted. */
function shown(parameter: Parameter, decrypted: boolean | undefined): Parameter {
  const isOpen = parameter.Type !== "SecureString" || decrypted;
  return isOpen ? parameter : { ...parameter, Value: "AQICAHh-encrypted" };
}

/** Publication date of the simulator's images. */
const publishedAt = new Date("2025-11-11T00:00:00Z");

function publicParameters(region: string): Map<string, Parameter> {
  const entries = publicImages(region).flatMap(({ id, parameters }) =>
    parameters.map((name): [string, Parameter] => [
      name,
      {
        Name: name,
        Type: "String",
        Value: id,
        Version: 1,
        LastModifiedDate: publishedAt,
        ARN: `arn:aws:ssm:${region}::parameter${name}`,
        DataType: "text",
      },
    ]),
  );
  return new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

interface StoredParameter {
  readonly parameter: Parameter;
  readonly tags: Map<string, string>;
  readonly description: string | undefined;
  readonly pattern: string | undefined;
}

interface SsmState {
  readonly environment: Environment;
  /** The account's own, by name. */
  readonly own: Map<string, StoredParameter>;
}

/** Maximum characters of a standard parameter's value. Source: PutParameter, Systems Manager API reference. */
const longestValue = 4096;

/** Parameters of the account itself, of the standard tier. The key of encrypted ones is AWS's own. */
function parameterOperations(state: SsmState): Operations<"ssm"> {
  const { region, accountId, clock } = state.environment;
  const tagging = ({ ResourceType }: { ResourceType: string | undefined }) =>
    tagOperations(["ResourceId", "Tags", "TagKeys"], tagPairs, tagRules, (id) =>
      tagsOf(state, ResourceType, id),
    );
  return {
    putParameter(input) {
      refuseUnsupported(unsupported, "PutParameter", input, [
        "Name Value Type Description AllowedPattern DataType Tier Tags Overwrite",
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
      if (Value === "" || Value.length > longestValue)
        throw invalid(
          `Standard tier parameters support a parameter value of 1 to ${longestValue} characters.`,
        );
      if (AllowedPattern !== undefined && !new RegExp(`^(?:${AllowedPattern})$`).test(Value))
        throw new AwsError(
          "ParameterPatternMismatchException",
          `Parameter value, cannot be validated against allowedPattern: ${AllowedPattern}`,
        );
      const given = checkedTags(tagPairs.read(Tags), tagRules);
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
      const tags = existing?.tags ?? given;
      const { Description = existing?.description } = input;
      state.own.set(Name, { parameter, tags, description: Description, pattern: AllowedPattern });
      return { Version, Tier: "Standard" };
    },
    deleteParameter({ Name = "" }) {
      if (!state.own.delete(Name)) throw notFound(`Parameter ${Name} not found.`);
      return {};
    },
    addTagsToResource: (input) => tagging(input).tagResource(input),
    removeTagsFromResource: (input) => tagging(input).untagResource(input),
    listTagsForResource: (input) => ({ TagList: tagging(input).listTagsForResource(input).Tags }),
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

const tagRules = { tooMany: "TooManyTagsError" };

function tagsOf(state: SsmState, type: string | undefined, id: string): Map<string, string> {
  const found = type === "Parameter" ? state.own.get(id) : undefined;
  if (found) return found.tags;
  throw new AwsError("InvalidResourceId", `The resource ID is not valid: ${type} ${id}.`);
}

const notFound = errorWith("ParameterNotFound");

const invalid = errorWith("ValidationException");
