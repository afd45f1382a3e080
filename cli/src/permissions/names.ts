import { lastSegment, parseArn } from "@ecs-delivery/actions/core/arn";
import type { ActionUse, ResourceNames } from "@ecs-delivery/actions/core/permissions";
import { parseFile, type ReadFile, type StepUse } from "./read-workflow.ts";

/** Facts that the files do not have; empty for unknown ones. */
export interface Place {
  readonly account: string;
  readonly region: string;
  /** Which deploys the services; undefined: what the inputs say, else both. */
  readonly controller: "codedeploy" | "ecs" | undefined;
}

/** Adds the names of the resources that a step uses: from its inputs, and from its task definition. */
export function withNames(use: StepUse, all: readonly StepUse[], place: Place, read: ReadFile): ActionUse {
  const { action, inputs } = use;
  const file = inputs["task-definition"] ?? "";
  const rendered = all.filter(
    (each) => each.action === "render-task-definition" && each.inputs["task-definition"] === file,
  );
  const definition = definitionIn(file, read);
  const account = place.account || accountIn(all, read);
  const region = place.region || use.region || "*";
  const own = namesInInputs(inputs);
  const names: ResourceNames = {
    ...own,
    ...namesInDefinition(definition, [...rendered, use], account),
    ...{ account: [account], region: [region], partition: [partitionOf(region)] },
  };
  const usesCodeDeploy = Object.entries(inputs).some(
    ([name, text]) => name.startsWith("codedeploy-") && text,
  );
  const controller = place.controller ?? (usesCodeDeploy ? "codedeploy" : undefined);
  const deployers = { codedeploy: `${controller !== "ecs"}`, ecs: `${controller !== "codedeploy"}` };
  return { action, inputs: { ...inputs, ...deployers, tags: `${definition?.tags ?? ""}` && "true" }, names };
}

/** The account of the first role that the files name. */
function accountIn(all: readonly StepUse[], read: ReadFile): string {
  const given = all.flatMap(({ role, inputs }) => {
    const definition = definitionIn(inputs["task-definition"] ?? "", read);
    return [role, inputs["role-to-assume"], definition?.executionRoleArn, definition?.taskRoleArn];
  });
  return given.flatMap((role) => parseArn(`${role}`)?.account ?? [])[0] ?? "*";
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
const partitionOf = (region: string) =>
  region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";

function namesInInputs(inputs: StepUse["inputs"]): ResourceNames {
  const name = (input: string, fallback = "*") => lastSegment(inputs[input] || fallback);
  const cluster = name("cluster", "default");
  const list = (inputs.services ?? "").split(/[\n,]/).map((each) => each.trim());
  const services = inputs.services ? list.filter(Boolean) : [name("service")];
  const stacks = (inputs.stacks ?? "").split(/[\s,]+/).filter(Boolean);
  const application = inputs["codedeploy-application"];
  const prefix = inputs["stack-prefix"] || "microservices";
  const given = (inputs.schedules ?? "").split("\n").map((line) => line.trim());
  const schedules = given.map((line) => (line === "auto" ? "*" : line)).filter(Boolean);
  return {
    rules: schedules.filter((each) => !each.includes("/")),
    schedules: schedules.map((each) => (/[/*]/.test(each) ? each : `default/${each}`)),
    cluster: [cluster],
    service: services,
    application: application ? [application] : services.map((service) => `AppECS-${cluster}-${service}`),
    group: services.map((service) => {
      const [app = "", group = ""] = [application, inputs["codedeploy-deployment-group"]];
      return `${app || `AppECS-${cluster}-${service}`}/${group || `DgpECS-${cluster}-${service}`}`;
    }),
    repository: [repositoryOf(inputs.repository ?? "") ?? (inputs.repository || "*")],
    "base-repositories": [inputs["base-image"] ?? ""].flatMap((image) =>
      image === "*" ? "*" : (repositoryOf(image) ?? []),
    ),
    pipeline: [inputs.pipeline || "*"],
    stack: stacks.length > 0 ? stacks.map((stack) => `${prefix}-${stack}`) : [`${prefix}-*`],
    "role-to-assume": [inputs["role-to-assume"] || "*"],
  };
}

// biome-ignore lint/suspicious/noExplicitAny: the action checks the file's shape.
type Definition = Readonly<Record<string, any>>;

/** Returns undefined for a file that only a run has. */
function definitionIn(path: string, read: ReadFile): Definition | undefined {
  const text = /[*]|^$/.test(path) ? undefined : read(path);
  return text === undefined ? undefined : parseFile(text, path);
}

/** A step that renders the file may add to it. A placeholder may be anything. */
function namesInDefinition(
  definition: Definition | undefined,
  uses: readonly StepUse[],
  account: string,
): ResourceNames {
  const given = (input: string) =>
    uses.flatMap(({ inputs }) => (inputs[input] ?? "").split("\n")).filter(Boolean);
  const added = given("images").map((line) => line.slice(line.indexOf("=") + 1));
  const repositories = (images: readonly string[]) =>
    [...images, ...added].flatMap((image) => repositoryOf(image) ?? (isOpen(image) ? "*" : []));
  if (!definition) {
    const images = given("image");
    return {
      roles: [`arn:aws:iam::${account}:role/*`],
      ...(images.length + added.length > 0 && { "image-repositories": repositories(images) }),
    };
  }
  const containers: readonly Definition[] = definition.containerDefinitions ?? [];
  const logs = containers.map(({ logConfiguration }) => logConfiguration ?? {});
  const secrets = [
    ...containers.flatMap((each) => each.secrets ?? []),
    ...logs.flatMap((each) => each.secretOptions ?? []),
  ];
  const sources = [
    ...secrets.map(({ valueFrom }) => `${valueFrom}`),
    ...given("secrets").map((line) => line.slice(line.indexOf("=") + 1)),
  ];
  const roles = [
    definition.executionRoleArn,
    definition.taskRoleArn,
    ...given("execution-role-arn"),
    ...given("task-role-arn"),
  ];
  // A step that renders the file fills in these.
  const images = containers
    .map(({ image }) => `${image}`)
    .filter((image) => added.length === 0 || !isOpen(image));
  return namesWithout({
    family: [`${definition.family ?? "*"}`],
    roles: roles
      .filter(Boolean)
      .map((role) =>
        role.startsWith("arn:") || role === "*" ? role : `arn:aws:iam::${account}:role/${role}`,
      ),
    "image-repositories": repositories(images),
    "log-groups": [
      ...logs.flatMap(({ options }) => options?.["awslogs-group"] ?? []),
      ...given("log-configuration-log-driver").map(() => "*"),
    ],
    secrets: sources.flatMap(secretOf),
    parameters: sources.flatMap((source) =>
      secretOf(source).length > 0 ? [] : source.replace(/^arn:.*:parameter/, "").replace(/^\//, ""),
    ),
  });
}

/** Replaces placeholders, and leaves out what is there twice. */
function namesWithout(names: ResourceNames): ResourceNames {
  const open = (values: readonly string[]) => [
    ...new Set(values.map((text) => text.replace(/<[^<>]+>/g, "*"))),
  ];
  return Object.fromEntries(Object.entries(names).map(([name, values]) => [name, open(values)]));
}

/** The name of a secret without its key, stage and version; AWS adds a hyphen and six characters. */
function secretOf(source: string): string[] {
  const name = /^arn:[\w-]*:secretsmanager:[^:]*:[^:]*:secret:([^:]+)/.exec(source)?.[1];
  if (name) return [/-\w{6}$/.test(name) ? name : `${name}-??????`];
  return source.includes(":secretsmanager:") ? ["*"] : [];
}

/** The repository of an image in Amazon ECR; undefined for another registry. A part that only a run knows is `*`. */
function repositoryOf(image: string): string | undefined {
  return /^(?:ecr:\/\/|(?:\d{12}|\*|<[^<>]+>)\.dkr\.ecr\.[^/]+\/)([^@:]+)/.exec(image)?.[1];
}

const isOpen = (text: string) => /^(\*|<[^<>]+>)$/.test(text);
