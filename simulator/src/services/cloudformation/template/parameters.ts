import { templateError, validationError } from "./errors.ts";
import type { Mapping, Value } from "./value.ts";

interface GivenParameter {
  readonly ParameterKey?: string;
  readonly ParameterValue?: string;
  readonly UsePreviousValue?: boolean;
}

/** Values as given, by name, still text. */
export type ParameterValues = Readonly<Record<string, string>>;

const facts = [
  "Type",
  "Default",
  "Description",
  "NoEcho",
  "AllowedValues",
  "AllowedPattern",
  "ConstraintDescription",
  "MinLength",
  "MaxLength",
  "MinValue",
  "MaxValue",
];

/** Types whose values must exist in the account. Source: CloudFormation user guide, AWS-specific parameter types. */
const accountTypes = [
  "AWS::EC2::Image::Id",
  "AWS::EC2::SecurityGroup::Id",
  "AWS::EC2::Subnet::Id",
  "AWS::EC2::VPC::Id",
] as const;

export type AccountType = (typeof accountTypes)[number];

const ofAccount = accountTypes.flatMap((type) => [type, `List<${type}>`]);
const ofSsm = ["String", "CommaDelimitedList", "List<String>", ...ofAccount];
const types: readonly string[] = [
  ...["String", "Number", "CommaDelimitedList", "List<Number>", "AWS::SSM::Parameter::Name"],
  ...ofAccount,
  ...ofSsm.map((type) => `AWS::SSM::Parameter::Value<${type}>`),
];

/** Maximum size in bytes of a parameter's value. Source: CloudFormation user guide, quotas. */
const longestValue = 4096;

/** Returns every parameter's text, checked against its declaration, with AWS's messages. */
export function resolveParameters(
  declared: Readonly<Record<string, Mapping>>,
  given: readonly GivenParameter[],
  previous: ParameterValues = {},
): ParameterValues {
  for (const [name, declaration] of Object.entries(declared)) checkDeclaration(name, declaration);
  const unknown = given.flatMap(({ ParameterKey: key = "" }) => (declared[key] ? [] : [key]));
  if (unknown.length > 0)
    throw validationError(`Parameters: [${unknown.join(", ")}] do not exist in the template`);
  const values: Record<string, string> = {};
  const missing: string[] = [];
  for (const [name, declaration] of Object.entries(declared)) {
    const entry = given.find(({ ParameterKey }) => ParameterKey === name);
    const value = entry?.UsePreviousValue
      ? previous[name]
      : (entry?.ParameterValue ?? textOf(declaration.Default));
    if (value === undefined) missing.push(name);
    else values[name] = value;
  }
  if (missing.length > 0) throw validationError(`Parameters: [${missing.join(", ")}] must have values`);
  for (const [name, declaration] of Object.entries(declared))
    checkValue(name, declaration, values[name] ?? "");
  return values;
}

/** Returns the value of `Ref` for the parameter: text, or a list for the list types. */
export function parameterValue(declaration: Mapping, text: string): Value {
  const type = String(declaration.Type).replace(ssmValue, "");
  if (!/^(CommaDelimitedList|List<)/.test(type)) return text;
  return text === "" ? [] : text.split(",").map((item) => item.trim());
}

const ssmValue = "AWS::SSM::Parameter::Value<";

/** `AWS::EC2::Subnet::Id` of `List<AWS::EC2::Subnet::Id>` and of a parameter of Systems Manager with such a value. */
export function typeOfItems(declaration: Mapping): string {
  return String(declaration.Type).replace(ssmValue, "").replace("List<", "").replaceAll(">", "");
}

/** Returns whether its value is the name of a parameter of Systems Manager, which has the actual value. */
export function isSsmParameter(declaration: Mapping | undefined): boolean {
  return String(declaration?.Type).startsWith(ssmValue);
}

/** Returns the values that must not be shown. */
export function secretValues(declared: Readonly<Record<string, Mapping>>, values: ParameterValues): string[] {
  const hidden = Object.keys(declared).filter((name) => isHidden(declared[name]));
  return hidden.flatMap((name) => values[name] || []);
}

export function isHidden(declaration: Mapping | undefined): boolean {
  return String(declaration?.NoEcho) === "true";
}

function checkDeclaration(name: string, declaration: Mapping): void {
  const unknown = Object.keys(declaration).filter((fact) => !facts.includes(fact));
  if (unknown.length > 0)
    throw templateError(`parameter ${name} has unknown attributes [${unknown.join(", ")}]; known: ${facts}`);
  const type = declaration.Type;
  if (typeof type !== "string" || !types.includes(type))
    throw templateError(
      `parameter ${name} has the type ${JSON.stringify(type)}, which is not supported: it is none of ${types.join(", ")}`,
    );
}

function checkValue(name: string, declaration: Mapping, text: string): void {
  if (Buffer.byteLength(text) > longestValue)
    throw validationError(`Parameter '${name}' has a value of more than ${longestValue} bytes`);
  const values = parameterValue(declaration, text);
  for (const value of Array.isArray(values) ? values : [values]) {
    const broken = brokenConstraint(declaration, String(value));
    if (!broken) continue;
    const described = textOf(declaration.ConstraintDescription);
    throw validationError(
      described === undefined
        ? `Parameter '${name}' ${broken}`
        : `Parameter '${name}' failed to satisfy constraint: ${described}`,
    );
  }
}

function brokenConstraint(declaration: Mapping, text: string): string | undefined {
  const { AllowedValues, AllowedPattern, MinLength, MaxLength, MinValue, MaxValue } = declaration;
  if (String(declaration.Type).includes("Number")) {
    if (text.trim() === "" || !Number.isFinite(Number(text))) return "must be a number";
    if (MinValue !== undefined && Number(text) < Number(MinValue))
      return `must be a number not less than ${MinValue}`;
    if (MaxValue !== undefined && Number(text) > Number(MaxValue))
      return `must be a number not greater than ${MaxValue}`;
  }
  if (Array.isArray(AllowedValues) && !AllowedValues.map(String).includes(text))
    return `must be one of AllowedValues [${AllowedValues.join(", ")}]`;
  if (AllowedPattern !== undefined && !new RegExp(`^(?:${AllowedPattern})$`).test(text))
    return `must match pattern ${AllowedPattern}`;
  if (MinLength !== undefined && text.length < Number(MinLength))
    return `must contain at least ${MinLength} characters`;
  if (MaxLength !== undefined && text.length > Number(MaxLength))
    return `must contain at most ${MaxLength} characters`;
  return undefined;
}

function textOf(value: Value | undefined): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}
