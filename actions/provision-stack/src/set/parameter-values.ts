import { givenTo, placeIn } from "../../../cloudformation/plan-stacks.ts";
import type { PlannedStack, Template } from "../../../cloudformation/template.ts";
import { Failure } from "../../../core/failure.ts";
import { isObject } from "../../../core/is-object.ts";
import { didYouMean } from "../../../core/nearest-name.ts";

type Given = { readonly [parameter: string]: unknown };

/** First part of the ids of parameter types that CloudFormation checks in the account. */
const idStarts: Readonly<Record<string, string>> = {
  "AWS::EC2::VPC::Id": "vpc-",
  "AWS::EC2::Subnet::Id": "subnet-",
  "AWS::EC2::SecurityGroup::Id": "sg-",
};

/** CloudFormation's quota "Template body size in a request", in bytes. */
const largestBody = 51_200;

/**
 * Refuses values that are missing, or that CloudFormation would refuse only after the stacks before this one had
 * changed. `values` is the profile's content, from `file`.
 */
export function checkValues(stacks: readonly PlannedStack[], values: unknown, file: string): void {
  const problems = stacks.flatMap(({ template }) => {
    const given = givenTo(template, values);
    if (Buffer.byteLength(template.body) > largestBody)
      return [`${template.file} is larger than the ${largestBody} bytes that CloudFormation accepts`];
    return [...wrongValues(template, given, file), ...missingValues(template, given)];
  });
  if (problems.length > 0)
    throw new Failure(problems.join("; "), {
      nextStep: "correct these values, or split a large template by lifecycle; nothing was changed.",
    });
}

function wrongValues(template: Template, given: Given, file: string): string[] {
  const declared = isObject(template.content.Parameters) ? template.content.Parameters : {};
  return Object.entries(given).flatMap(([name, value]) => {
    const declaration = declared[name];
    const fault = isObject(declaration) ? faultOf(String(value), declaration) : undefined;
    return fault
      ? [`${placeIn(file, [template.name, name])}: ${template.name}.${name} is "${value}"; ${fault}`]
      : [];
  });
}

function missingValues(template: Template, given: Given): string[] {
  return Object.entries(template.parameters)
    .filter(([name, parameter]) => parameter.default === undefined && !(name in given))
    .map(
      ([name]) =>
        `${placeIn(template.file, ["Parameters", name])}: parameter ${name} has no default and no value (input parameters)`,
    );
}

/** Returns what is expected instead of the value; undefined for a valid one. */
function faultOf(text: string, declaration: { readonly [name: string]: unknown }): string | undefined {
  const { AllowedValues, ConstraintDescription } = declaration;
  const type = String(declaration.Type);
  const inner = /^List<(.+)>$/.exec(type)?.[1];
  const items = inner || type === "CommaDelimitedList" ? text.split(",").map((item) => item.trim()) : [text];
  const kind = inner ?? type;
  if (kind === "Number" && items.some((item) => item === "" || Number.isNaN(Number(item))))
    return inner ? "expected numbers separated by commas" : "expected a number";
  const start = idStarts[kind];
  if (start && items.some((item) => !item.startsWith(start)))
    return `expected an ID that begins with ${start}`;
  if (Array.isArray(AllowedValues)) {
    const allowed = AllowedValues.map(String);
    const strange = items.find((item) => !allowed.includes(item));
    if (strange !== undefined) return `allowed: ${allowed.join(", ")}${didYouMean(strange, allowed)}`;
  }
  const broken = items.map((item) => limitBrokenBy(item, declaration)).find((limit) => limit !== undefined);
  return broken && typeof ConstraintDescription === "string" ? `it ${ConstraintDescription}` : broken;
}

function limitBrokenBy(text: string, declaration: { readonly [name: string]: unknown }): string | undefined {
  const { AllowedPattern, MinLength, MaxLength, MinValue, MaxValue } = declaration;
  if (MinValue !== undefined && Number(text) < Number(MinValue)) return `expected at least ${MinValue}`;
  if (MaxValue !== undefined && Number(text) > Number(MaxValue)) return `expected at most ${MaxValue}`;
  if (MinLength !== undefined && text.length < Number(MinLength))
    return `expected at least ${MinLength} characters`;
  if (MaxLength !== undefined && text.length > Number(MaxLength))
    return `expected at most ${MaxLength} characters`;
  if (AllowedPattern !== undefined && !new RegExp(`^(?:${AllowedPattern})$`).test(text))
    return `expected the pattern ${AllowedPattern}`;
  return undefined;
}
