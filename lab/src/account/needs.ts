import { existsSync, globSync, lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Keys } from "../story/simulator-process.ts";
import {
  type Definition,
  logGroupsOf,
  type OtherImage,
  otherImagesOf,
  readDefinition,
  secretsOf,
} from "./definitions.ts";
import { type Place, type ReadValue, valuesIn } from "./placeholders.ts";
import { type FoundStep, ownFile, readSteps, type StepValues } from "./read-steps.ts";
import { findServices, type NeededService } from "./services.ts";
import { commandsIn } from "./shell-commands.ts";
import { orderTemplates } from "./templates.ts";

/** Parts of an AWS account that the files of a commit (workflows, task definitions, templates) name. */
export interface Needs {
  /** Folder of the commit, in which its paths are. */
  readonly checkout: string;
  readonly region: string;
  readonly account: string;
  readonly services: readonly NeededService[];
  /** Task definitions without a service, such as of `aws ecs run-task`. */
  readonly tasks: readonly NeededService[];
  /** Names in ECR. */
  readonly repositories: readonly string[];
  /** ARNs or names of the roles that workflows assume or definitions pass. */
  readonly roles: readonly string[];
  readonly logGroups: readonly string[];
  /** Images of containers that other registries have. */
  readonly otherImages: readonly OtherImage[];
  /** References of containers to secrets and parameters. */
  readonly secrets: readonly string[];
  /** Secrets and variables that the workflows read, whether given or not. */
  readonly values: readonly ReadValue[];
  /** CloudFormation templates that have the clusters and services, in the order to deploy. */
  readonly templates: readonly string[];
}

interface Given {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
}

/** Files above this size are data. */
const largestFile = 500_000;

interface Settings {
  readonly keys?: Keys;
  /** `owner/name` */
  readonly repository?: string;
  readonly own?: StepValues["own"];
  /** A workflow makes the account: it logs in with keys where it can, as nothing else is there. */
  readonly isEmpty?: boolean;
  /** Place of an export, which counts more than the files. */
  readonly place?: { readonly region: string; readonly account: string };
}

export async function readNeeds(
  checkout: string,
  given: Given,
  { keys, repository = "rehearsal/repository", own, place, isEmpty }: Settings = {},
): Promise<Needs> {
  const files = textsOf(checkout);
  const isWorkflow = (path: string) => /^\.github\/(workflows|actions)\/|ecspresso/.test(path);
  // A comment, such as of GitHub's starter workflow, may name another region, account, secret or variable.
  const workflows = new Map(
    [...files]
      .filter(([path]) => isWorkflow(path))
      .map(([path, text]) => [path, text.replace(/(^|\s)#.*$/gm, "$1")]),
  );
  const definitions = [...files].flatMap(([path, text]) =>
    text.includes("containerDefinitions") && !isWorkflow(path) ? (readDefinition(checkout, path) ?? []) : [],
  );
  const all = [...workflows.values(), ...definitions.map(({ path }) => files.get(path) ?? "")].join("\n");
  const set = { ...given.secrets, ...given.variables };
  const region = place?.region ?? set.AWS_REGION ?? regionIn(all);
  const account = place?.account ?? accountIn(Object.values(set).join("\n"), all);
  const values = valuesOf(workflows, all, own, { region, account, keys });
  if (isEmpty && values.some(({ name }) => name.includes("ACCESS_KEY_ID")))
    for (const value of values) if (value.name.includes("ROLE")) value.placeholder = "";
  const registry = `${account}.dkr.ecr.${region}.amazonaws.com`;
  const read = () =>
    readSteps(checkout, { ...withPlaceholders(values, given), repository, registry, ...(own && { own }) });
  let steps = await read();
  if (fitToFiles(values, steps, definitions)) steps = await read();
  const ofText = (text: string) => repositoriesIn(text, account);
  const ofSteps = [...steps.flatMap(textsOfStep).flatMap(ofText), ...steps.flatMap(repositoriesOf)];
  const texts = [...steps.flatMap(textsOfStep), ...definitions.map(({ path }) => files.get(path) ?? "")];
  return {
    ...{ checkout, region, account, values, ...findServices(checkout, steps, definitions) },
    templates: orderTemplates(files),
    repositories: unique([...texts.flatMap(ofText), ...ofSteps]),
    roles: unique([
      ...texts.flatMap(rolesIn),
      ...["role-to-assume", "execution-role-arn"].flatMap((name) =>
        steps.flatMap(({ inputs }) => inputs[name] || []),
      ),
      ...definitions.flatMap(rolesOf),
    ]),
    logGroups: unique(definitions.flatMap(logGroupsOf)),
    otherImages: onceEach(definitions.flatMap((each) => otherImagesOf(each, registry, ofSteps))),
    secrets: unique(definitions.flatMap(secretsOf)),
  };
}

function valuesOf(
  workflows: ReadonlyMap<string, string>,
  all: string,
  own: Settings["own"],
  at: Place,
): ReadValue[] {
  const calls = [...all.matchAll(/uses:\s*["']?([\w.-]+\/[\w.-]+\/\.github\/[^\s"']+)/g)];
  const files = calls
    .flatMap(([, name = ""]) => ownFile(name, own))
    .map(([, folder, file]) => [file, join(folder, file)] as const)
    .filter(([, path]) => existsSync(path));
  const texts = files.map(([file, path]) => [file, readFileSync(path, "utf8")] as const);
  // The package's own workflows need nothing but the role.
  const ofOwn = valuesIn(new Map(texts), at).map((value) => ({
    ...value,
    placeholder: /ROLE/.test(value.name) ? value.placeholder : "",
  }));
  const found = [...ofOwn, ...valuesIn(workflows, at)].map(
    (value) => [`${value.kind} ${value.name}`, value] as const,
  );
  return [...new Map(found).values()];
}

/** One that a container gives a port is last. */
const onceEach = (images: readonly OtherImage[]) => {
  const sorted = images.toSorted((one, other) => (one.port ?? 0) - (other.port ?? 0));
  return [...new Map(sorted.map((each) => [each.image, each])).values()];
};

const unique = (names: readonly string[]) => [...new Set(names)].sort();

/** Texts that can be workflows, task definitions or templates, by path. */
function textsOf(cwd: string): Map<string, string> {
  const paths = globSync(
    ["**/*.{json,yml,yaml,template}", ".github/**/*.{yml,yaml}", ".aws/**/*.{json,yml,yaml}"],
    {
      cwd,
      exclude: (path) => /(^|\/)(node_modules|\.git)$/.test(path),
    },
  );
  const small = [...new Set(paths)].filter((path) => {
    // Not a link, which may lead out of the checkout.
    const stats = lstatSync(join(cwd, path), { throwIfNoEntry: false });
    return stats?.isFile() && stats.size < largestFile;
  });
  return new Map(small.sort().map((path) => [path, readFileSync(join(cwd, path), "utf8")]));
}

/** The first region of a setting, else the first of all. */
function regionIn(text: string): string {
  const regions = /\b(?:af|ap|ca|cn|eu|il|me|mx|sa|us)-(?:gov-)?[a-z]{4,10}-\d\b/;
  const set = text.split("\n").filter((line) => /region/i.test(line));
  return regions.exec(set.join("\n"))?.[0] ?? regions.exec(text)?.[0] ?? "us-east-1";
}

/** The made-up account is the one of AWS's documentation. */
function accountIn(...texts: readonly string[]): string {
  const found = texts.map(
    (text) => /\b\d{12}(?=\.dkr\.ecr)|(?<=arn:aws[\w-]*:\w+:[\w-]*:)\d{12}\b|^\d{12}$/m.exec(text)?.[0],
  );
  return found.find(Boolean) ?? "123456789012";
}

function withPlaceholders(values: readonly ReadValue[], given: Given) {
  const of = (kind: ReadValue["kind"]) => {
    const set = values.filter((value) => value.kind === kind && value.placeholder !== "");
    return Object.fromEntries(set.map(({ name, placeholder }) => [name, placeholder]));
  };
  return {
    secrets: { ...of("secret"), ...given.secrets },
    variables: { ...of("variable"), ...given.variables },
    inputs: given.inputs ?? {},
  };
}

/** A placeholder for a file or a container has to be one of the repository. Returns whether one was changed. */
function fitToFiles(
  values: readonly ReadValue[],
  steps: readonly FoundStep[],
  definitions: readonly Definition[],
): boolean {
  let changed = false;
  const set = (text: string | undefined, fitting: string | undefined) => {
    const value = values.find(({ placeholder }) => placeholder !== "" && placeholder === text);
    if (!value || fitting === undefined || fitting === text) return;
    Object.assign(value, { placeholder: fitting });
    changed = true;
  };
  const [first] = definitions;
  for (const { inputs } of steps) {
    const file = inputs["task-definition"];
    const definition =
      definitions.find(({ path }) => path === file?.replace(/^\.\//, "")) ??
      (values.some(({ placeholder }) => placeholder === file) ? first : undefined);
    set(file, definition?.path);
    if (!definition?.containers.some(({ name }) => name === inputs["container-name"]))
      set(inputs["container-name"], definition?.containers[0]?.name);
  }
  return changed;
}

const textsOfStep = ({ inputs, script, env }: FoundStep): string[] => {
  const expanded = script.replace(/\$\{?(\w+)\}?/g, (whole, name) => env[name] ?? whole);
  const images = commandsIn(script, ["docker"], env).flatMap(({ words, options }) => [
    ...words,
    ...Object.values(options).flat(),
  ]);
  return [...Object.values(inputs), ...Object.values(env), expanded, ...images];
};

/** Those of other accounts with their host, as in `otherImages`. */
const repositoriesIn = (text: string, account: string) =>
  [...text.matchAll(/\b(\d{12})\.dkr\.ecr\.[\w-]+\.amazonaws\.com\/([a-z0-9]+(?:[._/-]+[a-z0-9]+)*)/g)].map(
    ([image, owner, name = ""]) => (owner === account ? name : image),
  );

/** Names in an action's input, or in the variable from which a script makes the name. */
function repositoriesOf({ uses, inputs, env }: FoundStep): string[] {
  const ofInputs = /ecr|ecs-delivery|build-image|tag-image/.test(uses)
    ? [inputs.repository, inputs["ecr-repository"]]
    : [];
  const ofEnv = Object.entries(env).flatMap(([name, value]) =>
    /ECR_REPO(SITORY)?(_NAME)?$/.test(name) ? value : [],
  );
  return [...ofInputs, ...ofEnv].filter(
    (name) => name !== undefined && /^[a-z0-9]+([._/-]+[a-z0-9]+)*$/.test(name),
  ) as string[];
}

const rolesIn = (text: string) => text.match(/\barn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+/g) ?? [];
const rolesOf = ({ content }: Definition) =>
  [content.executionRoleArn, content.taskRoleArn].filter(
    (role) => role !== undefined && /^[\w+=,.@/-]+$/.test(role),
  ) as string[];
