import { lastPart } from "../kit/last-part.ts";
import { type Action, findAction, type ResourceType } from "./action-table.ts";
import { type Place, textAt, textsAt } from "./input.ts";
import { unknownPart } from "./permissions.ts";
import rules from "./rules.json" with { type: "json" };

/**
 * Returns the ARNs of the resources that a call needs; `*` for an action without a resource. A part that only the
 * service knows is `unknownPart`.
 */
export function resourcesOf(name: string, input: object, place: Place): readonly string[] {
  const action = findAction(name);
  if (!action) return [unknownPart];
  const given = givenArns(action, name, input);
  if (given.length > 0) return given;
  const { types } = action;
  if (types === "any") return [unknownPart];
  if (types.length === 0) return [withoutType.includes(name) ? unknownPart : "*"];
  const required = types.filter((type) => type.required);
  if (required.length > 0) return required.flatMap((type) => arnsOfType(type, name, input, place));
  const named = types
    .map((type) => arnsOfType(type, name, input, place))
    .filter(isNamed)
    .flat();
  if (named.length > 0) return named;
  return types.length === 1 ? types.flatMap((type) => arnsOfType(type, name, input, place)) : [unknownPart];
}

/**
 * Actions without a resource type in the reference and with a deployment group in the user guide's table. Source:
 * "CodeDeploy permissions reference", CodeDeploy user guide.
 */
const withoutType = [
  "codedeploy:BatchGetDeploymentTargets",
  "codedeploy:ContinueDeployment",
  "codedeploy:GetDeploymentTarget",
  "codedeploy:ListDeploymentTargets",
  "codedeploy:StopDeployment",
];

/** ARNs in the input that belong to a type of the action. */
function givenArns({ types }: Action, name: string, input: object): readonly string[] {
  const service = name.split(":")[0] ?? "";
  if (service === "logs" && !name.includes("Tag")) return [];
  // The resources of a simulated request are not resources of the call.
  if (name === "iam:SimulatePrincipalPolicy") return textsAt(input, "PolicySourceArn");
  const isOwn = (arn: string) =>
    types === "any" || service === "elasticloadbalancing"
      ? arn.split(":")[2] === service
      : types.some(({ matches }) => matches(arn));
  // The target groups in a listener's actions are not resources of the call.
  const depth = name === "elasticloadbalancing:SetRulePriorities" ? 2 : 1;
  return arnsIn(input, depth).filter(isOwn);
}

function arnsIn(value: unknown, depth: number): string[] {
  if (typeof value === "string") return value.startsWith("arn:") ? [value] : [];
  if (Array.isArray(value))
    return value.flatMap((item) => (depth > 0 || typeof item === "string" ? arnsIn(item, depth) : []));
  if (typeof value !== "object" || value === null || value instanceof Uint8Array || depth === 0) return [];
  return Object.values(value).flatMap((member) => arnsIn(member, depth - 1));
}

const isNamed = (arns: readonly string[]) =>
  arns.length > 0 && arns.every((arn) => !arn.includes(unknownPart));

function arnsOfType(type: ResourceType, name: string, input: object, place: Place): readonly string[] {
  const special = specialTypes[type.id]?.(input, place, name);
  if (special)
    return special.map((resource) => (resource.startsWith("arn:") ? resource : arn(type, resource, place)));
  const account = type.id.startsWith("ecr:") ? textAt(input, "registryId") : undefined;
  const start = type.template
    .replace("{Region}", place.region)
    .replace("{Account}", account ?? place.accountId);
  const service = type.id.split(":")[0] ?? "";
  return type.variables.reduce<readonly string[]>(
    (arns, variable) => {
      if (variable === "Region" || variable === "Account") return arns;
      const values = valuesOf(service, variable, input);
      return arns.flatMap((each) => values.map((value) => each.replace(`{${variable}}`, () => value)));
    },
    [start],
  );
}

/** Completes the part of an ARN after the account. */
function arn({ template }: ResourceType, resource: string, { region, accountId }: Place): string {
  const [, , service, isRegional, isOwned] = template.split(":");
  return `arn:aws:${service}:${isRegional && region}:${isOwned && accountId}:${resource}`;
}

/** Members of the input with the value of a variable that has no member of its own name. */
const members: Readonly<Record<string, string>> = rules.variables;

function valuesOf(service: string, variable: string, input: object): readonly string[] {
  const named = members[`${service}:${variable}`];
  const paths = named === undefined ? [variable, `${variable}s`] : named.split(" ");
  const values = paths.flatMap((path) => textsAt(input, path, { ignoreCase: named === undefined }));
  if (variable === "ClusterName" && values.length === 0) return ["default"];
  if (values.length === 0) return [unknownPart];
  return service === "ecs" ? values.map(lastPart) : values;
}

type Special = (input: object, place: Place, name: string) => readonly string[] | undefined;

/** Types whose ARN is not the template with members of the input. An empty list: the action does not use the type. */
const specialTypes: Readonly<Record<string, Special>> = {
  "ecs:task-definition": (input) => {
    const family = textAt(input, "family");
    const [name, revision] = lastPart(textAt(input, "taskDefinition") ?? "").split(":");
    return [`task-definition/${family ?? name}:${revision ?? unknownPart}`];
  },
  "elasticloadbalancing:loadbalancer": (input) => [
    `loadbalancer/${textAt(input, "Type") === "network" ? "net" : "app"}/${textAt(input, "Name")}/${unknownPart}`,
  ],
  "elasticloadbalancing:targetgroup": (input) => [`targetgroup/${textAt(input, "Name")}/${unknownPart}`],
  "events:rule-on-default-event-bus": (input) =>
    busOf(input) === "default" ? [`rule/${ruleOf(input)}`] : [],
  "events:rule-on-custom-event-bus": (input) =>
    busOf(input) === "default" ? [] : [`rule/${busOf(input)}/${ruleOf(input)}`],
  "events:event-bus": (input) =>
    ((input as { Entries?: object[] }).Entries ?? [{}]).map((entry) => `event-bus/${busOf(entry)}`),
  "events:event-busv2": () => [],
  "iam:role": (input, place) => {
    const service = textAt(input, "AWSServiceName");
    if (service !== undefined) return [`role/aws-service-role/${service}/${unknownPart}`];
    const name = textAt(input, "RoleName") ?? unknownPart;
    return [place.role(name)?.arn ?? `role${textAt(input, "Path") ?? "/"}${name}`];
  },
  "iam:instance-profile": (input, _, name) => {
    const path = textAt(input, "Path") ?? (name === "iam:CreateInstanceProfile" ? "/" : `/${unknownPart}`);
    return [
      path.includes(unknownPart)
        ? `instance-profile${path}`
        : `instance-profile${path}${textAt(input, "InstanceProfileName")}`,
    ];
  },
  "iam:policy": (input) => [
    `policy${textAt(input, "Path") ?? "/"}${textAt(input, "PolicyName") ?? unknownPart}`,
  ],
  "iam:oidc-provider": (input) => [
    `oidc-provider/${(textAt(input, "Url") ?? unknownPart).replace(/^https:\/\//, "")}`,
  ],
  "lambda:function": (input) => {
    const name = (textAt(input, "FunctionName") ?? unknownPart).replace(/^\d{12}:function:/, "");
    return [`function:${name}${textAt(input, "Qualifier") === undefined ? "" : `:${unknownPart}`}`];
  },
  // Policies name a group as `log-group:NAME:*`. Source: "CloudWatch Logs resources and operations", its user guide.
  "logs:log-group": (input) => {
    const name =
      textAt(input, "logGroupName") ?? textAt(input, "logGroupIdentifier")?.split(":log-group:").pop();
    return [`log-group:${name ?? unknownPart}:${unknownPart}`];
  },
  "s3:accesspoint": () => [],
  "s3:accesspointobject": () => [],
  "scheduler:schedule": (input) => [
    `schedule/${textAt(input, "GroupName") ?? "default"}/${textAt(input, "Name")}`,
  ],
  "scheduler:schedule-group": (input) => [`schedule-group/${textAt(input, "Name")}`],
  "s3:object": (input) => objectsOf(input),
  // The name is followed by a hyphen and six characters. Source: "What's in a Secrets Manager secret?", its user guide.
  "secretsmanager:Secret": (input) => {
    const name = textAt(input, "SecretId") ?? textAt(input, "Name");
    return [name?.startsWith("arn:") ? name : `secret:${name}-${unknownPart}`];
  },
  "ssm:parameter": (input, { region }) =>
    ["Name", "Names"]
      .flatMap((path) => textsAt(input, path))
      .map((name) => `parameter/${name.replace(/^\//, "")}`)
      // AWS's own have no account. Source: "Calling public parameters", Systems Manager user guide.
      .map((name) => (name.startsWith("parameter/aws/") ? `arn:aws:ssm:${region}::${name}` : name)),
};

const busOf = (input: object) => lastPart(textAt(input, "EventBusName") ?? "default");
const ruleOf = (input: object) => textAt(input, "Name") ?? textAt(input, "Rule") ?? unknownPart;

function objectsOf(input: object): readonly string[] | undefined {
  const keys = (input as { Delete?: { Objects?: { Key?: string }[] } }).Delete?.Objects;
  return keys?.map(({ Key }) => `arn:aws:s3:::${textAt(input, "Bucket")}/${Key}`);
}
