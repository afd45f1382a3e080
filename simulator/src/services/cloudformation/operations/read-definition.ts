import type { Capability, Parameter, Tag } from "@aws-sdk/client-cloudformation";
import { AwsError } from "../../../kit/errors.ts";
import { checkedTags, tagPairs } from "../../../kit/tags.ts";
import { trustsService } from "../../sts/trust.ts";
import { type Definition, define, inputScope, type StackIdentity } from "../stack/definition.ts";
import type { CloudFormationState, StackRecord } from "../stack/records.ts";
import { checkRules } from "../template/conditions.ts";
import { validationError } from "../template/errors.ts";
import { isSsmParameter, type ParameterValues, resolveParameters } from "../template/parameters.ts";
import { readTemplate, refuseUnsupportedTypes, type Template } from "../template/template.ts";

/** Members shared by CreateStack, UpdateStack and CreateChangeSet. */
interface DefinitionInput extends TemplateInput {
  readonly UsePreviousTemplate?: boolean;
  readonly Parameters?: readonly Parameter[];
  readonly Capabilities?: readonly Capability[];
  readonly Tags?: readonly Tag[];
}

/** Reads and checks all that can be checked before anything is created. Throws ValidationError. */
export async function readDefinition(
  state: CloudFormationState,
  stack: StackIdentity,
  input: DefinitionInput,
  current?: StackRecord,
): Promise<Definition> {
  const template = readTemplate(await templateBody(state, input, current), state.types);
  const previous = current?.definition;
  refuseChangedTypes(template, previous);
  requireCapabilities(state, template, input.Capabilities ?? []);
  const parameters = resolveParameters(template.parameters, input.Parameters ?? [], previous?.parameters);
  const resolved = await resolveSsmParameters(state, template, parameters);
  const tags = input.Tags
    ? tagPairs.write(checkedTags(tagPairs.read(input.Tags), { tooMany: "ValidationError" }))
    : (current?.tags ?? []);
  const zones = template.body.includes("GetAZs") ? await zoneNames(state) : [];
  const given = { template, parameters, resolved, tags, zones };
  checkRules(template.rules, inputScope(state.environment, stack, given));
  const definition = define(state.environment, state.types, stack, given);
  // A resource whose condition is false is not created.
  refuseUnsupportedTypes(definition.resources, state.types);
  return definition;
}

async function templateBody(
  state: CloudFormationState,
  input: DefinitionInput,
  current: StackRecord | undefined,
): Promise<string> {
  if (input.UsePreviousTemplate && current?.definition) return current.definition.template.body;
  const text = await readTemplateText(state, input);
  if (text === undefined) throw validationError("Either Template URL or Template Body must be specified.");
  return text;
}

function refuseChangedTypes(template: Template, previous: Definition | undefined): void {
  const changed = Object.entries(template.resources).flatMap(([id, { type }]) => {
    const before = previous?.resources[id];
    return before && before.type !== type ? [id] : [];
  });
  if (changed.length > 0)
    throw validationError(
      `Update of resource type is not permitted. The new template modifies resource type of the following resources: [${changed.join(", ")}]`,
    );
}

/** Returns the capabilities that a template requires, from the identities it creates. */
export function neededCapabilities({ types }: CloudFormationState, template: Template): Capability[] {
  const identities = Object.values(template.resources).filter(({ type }) => types[type]?.identity);
  const named = identities.some(({ type, properties }) => {
    const name = types[type]?.nameProperty;
    return name !== undefined && properties[name] !== undefined;
  });
  if (named) return ["CAPABILITY_NAMED_IAM"];
  return identities.length > 0 ? ["CAPABILITY_IAM"] : [];
}

function requireCapabilities(
  state: CloudFormationState,
  template: Template,
  given: readonly Capability[],
): void {
  for (const needed of neededCapabilities(state, template)) {
    const granted = given.includes(needed) || given.includes("CAPABILITY_NAMED_IAM");
    if (!granted)
      throw new AwsError("InsufficientCapabilitiesException", `Requires capabilities : [${needed}]`);
  }
}

async function zoneNames({ environment }: CloudFormationState): Promise<string[]> {
  const { AvailabilityZones = [] } = await environment.aws.ec2.describeAvailabilityZones({});
  return AvailabilityZones.flatMap(({ ZoneName }) => (ZoneName === undefined ? [] : [ZoneName]));
}

/**
 * Returns the values of parameters that reference Systems Manager, read again for every operation. Source:
 * CloudFormation user guide, "SSM parameter types".
 */
async function resolveSsmParameters(
  { environment }: CloudFormationState,
  template: Template,
  given: ParameterValues,
): Promise<ParameterValues> {
  const names = Object.keys(given).filter((name) => isSsmParameter(template.parameters[name]));
  const resolved: Record<string, string> = {};
  for (const name of names) {
    const { Parameters: [found] = [] } = await environment.aws.ssm.getParameters({
      Names: [given[name] ?? ""],
    });
    if (found?.Value === undefined)
      throw validationError(
        `Unable to fetch parameters [${given[name]}] from parameter store for this account.`,
      );
    resolved[name] = found.Value;
  }
  return resolved;
}

/** Refuses members of a request that the simulator would otherwise silently ignore. */
export function refuseMembers(input: object, unsupported: readonly string[]): void {
  const given = Object.entries(input).filter(
    ([name, value]) => unsupported.includes(name) && asksForSomething(value),
  );
  if (given.length > 0)
    throw validationError(`the simulator does not support ${given.map(([name]) => name).join(", ")}`);
}

function asksForSomething(value: unknown): boolean {
  return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
}

/**
 * Throws unless CloudFormation may assume the role, whose permissions are not checked. A stack keeps the role that it
 * was last given.
 */
export async function takeServiceRole(
  { environment }: CloudFormationState,
  stack: StackRecord,
  roleArn: string | undefined,
): Promise<void> {
  if (roleArn === undefined) return;
  if (!(await trustsService(environment, roleArn, "cloudformation.amazonaws.com")))
    throw validationError(`Role ${roleArn} is invalid or cannot be assumed`);
  stack.roleArn = roleArn;
}

/**
 * Maximum size in bytes of a template in the request, and of one from S3. Source: CloudFormation user guide, quotas.
 */
const longestBody = 51_200;
const longestObject = 1_048_576;

interface TemplateInput {
  readonly TemplateBody?: string | undefined;
  readonly TemplateURL?: string | undefined;
}

/** Returns the template's text, from the request itself or from the bucket it specifies; undefined without either. */
export async function readTemplateText(
  state: CloudFormationState,
  { TemplateBody, TemplateURL }: TemplateInput,
): Promise<string | undefined> {
  if (TemplateURL === undefined) {
    if (Buffer.byteLength(TemplateBody ?? "") > longestBody)
      throw validationError(
        `1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to ${longestBody}`,
      );
    return TemplateBody;
  }
  if (TemplateBody !== undefined)
    throw validationError("Exactly one of TemplateBody and TemplateURL must be specified.");
  const text = await readObject(state, parseLocation(TemplateURL));
  if (Buffer.byteLength(text) > longestObject)
    throw validationError(`Template may not exceed ${longestObject} bytes in size.`);
  return text;
}

interface Location {
  readonly Bucket: string;
  readonly Key: string;
  readonly VersionId?: string;
}

/**
 * Both forms of S3's URLs for an object, with the bucket in the host or in the path. A simulator's own URLs on this
 * machine use the path.
 */
function parseLocation(text: string): Location {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const [host, bucket] = /^(?:(.+)\.)?s3(?:[.-][a-z0-9]+)*\.amazonaws\.com$/.exec(url?.hostname ?? "") ?? [];
  const isLocal = url?.hostname === "127.0.0.1" || url?.hostname === "localhost";
  const path = decodeURIComponent(url?.pathname.slice(1) ?? "").split("/");
  const [Bucket = "", ...rest] = bucket === undefined ? path : [bucket, ...path];
  const Key = rest.join("/");
  if (!url || (host === undefined && !isLocal) || Bucket === "" || Key === "")
    throw validationError(`TemplateURL must be a supported URL: one of an object in S3, not ${text}.`);
  const VersionId = url.searchParams.get("versionId");
  return { Bucket, Key, ...(VersionId === null ? {} : { VersionId }) };
}

async function readObject({ environment }: CloudFormationState, location: Location): Promise<string> {
  try {
    const { Body } = await environment.aws.s3.getObject(location);
    return (await Body?.transformToString()) ?? "";
  } catch (error) {
    if (error instanceof AwsError) throw validationError(`S3 error: ${error.message}`);
    throw error;
  }
}
