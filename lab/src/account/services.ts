import { globSync, readFileSync } from "node:fs";
import { join, normalize } from "node:path";
import { lastSegment } from "@ecs-delivery/actions/core/arn";
import { isObject } from "@ecs-delivery/actions/core/is-object";
import { type Container, type Definition, parsed } from "./definitions.ts";
import type { FoundStep } from "./read-steps.ts";
import { commandsIn, type ShellCommand } from "./shell-commands.ts";

/** An image in the account's registry. */
export interface OwnImage {
  readonly repository: string;
  readonly tag: string;
}

export interface NeededService {
  readonly cluster: string;
  readonly service: string;
  readonly family: string;
  /** Path of its task definition file. */
  readonly definition?: string;
  readonly containers: readonly Container[];
  /** Image of the first revision, so that a service that is only restarted gets what was pushed. */
  readonly image?: OwnImage;
  /** CodeDeploy deploys it. */
  readonly codedeploy?: { readonly application: string; readonly group: string };
}

/** One use of a service or family in a step. */
interface Use {
  readonly cluster?: string;
  readonly service?: string;
  readonly family?: string;
  readonly file?: string;
  readonly container?: string;
  /** Port of the image that its job builds. */
  readonly port?: number;
  /** Image that its job pushes. */
  readonly image?: OwnImage;
  /** Runs a task outside the service. */
  readonly runsTask?: boolean;
  readonly codedeploy?: { readonly application?: string; readonly group?: string };
}

/** Finds the services that steps deploy, and the task definitions that they use without a service. */
export function findServices(
  checkout: string,
  steps: readonly FoundStep[],
  definitions: readonly Definition[],
) {
  const jobs = Map.groupBy(steps, ({ job }) => job);
  const uses = [...jobs.values()].flatMap((ofJob) => {
    const port = exposedPort(checkout, ofJob.flatMap(dockerfilesOf));
    const image = onlyImage(ofJob.flatMap(pushedBy)) ?? onlyImage(steps.flatMap(pushedBy));
    const found = ofJob.flatMap((step) => usesOf(checkout, step));
    return complete(found, definitions).map((use) => ({
      ...{ ...(port && { port }), ...(image && { image }) },
      ...use,
    }));
  });
  const dockerfiles = globSync("**/*Dockerfile*", { cwd: checkout, exclude: ["**/node_modules", ".git"] });
  const named = Map.groupBy(
    uses.filter(({ service }) => service),
    ({ cluster, service }) => `${cluster} ${service}`,
  );
  const merged = [...named.values()].map((same) => merge(same));
  // Services of one family run the same containers.
  const services = merged.map((each) => ({
    ...each,
    containers: merged.find(({ family }) => family === each.family)?.containers ?? each.containers,
  }));
  const families = new Set(services.map(({ family }) => family));
  const others = uses.filter(({ service, family, file }) => !service && (family || file));
  const tasks = others.map((use) => merge([use])).filter(({ family }) => !families.has(family));
  const unused = definitions.filter(
    ({ path, family }) =>
      ![...services, ...tasks].some((each) => each.definition === path || each.family === family),
  );
  // Nothing in the workflows says what they deploy to, such as with the CDK.
  if (services.length === 0)
    services.push(
      ...unused.map(({ path: file, family }) => merge([{ file, ...(family && { service: family }) }])),
    );
  return { services, tasks: [...new Map(tasks.map((task) => [task.family, task])).values()] };

  function merge(same: readonly Use[]): NeededService {
    const use: Use = Object.assign({}, ...same);
    const { service = "", cluster = "default" } = use;
    const only = named.size === 1 && definitions.length === 1 ? definitions[0] : undefined;
    const wanted = [use.family, service];
    const definition =
      definitions.find(({ path }) => path === use.file) ??
      definitions.find(({ family }) => family && wanted.includes(family)) ??
      (use.family ? undefined : only);
    const family = definition?.family ?? use.family ?? (service || "app");
    const ofService = dockerfiles.filter((path) =>
      `${service || family}`.split("-").some((word) => path.includes(`${word}/`)),
    );
    const port = use.port ?? exposedPort(checkout, ["Dockerfile", ...ofService, ...dockerfiles]) ?? 80;
    const fallback = { name: use.container ?? (service || family), port };
    // A step fills in the name of a container.
    const fillIn = (container: Container, index: number) =>
      /^[\w-]+$/.test(container.name)
        ? container
        : { ...container, name: `${fallback.name}${index > 0 ? `-${index}` : ""}` };
    const { application = `AppECS-${cluster}-${service}`, group = `DgpECS-${cluster}-${service}` } =
      use.codedeploy ?? {};
    return {
      ...{ cluster, service: service || family, family },
      ...(definition && { definition: definition.path }),
      containers: definition?.containers.map(fillIn) ?? [fallback],
      ...(use.image && !definition && { image: use.image }),
      ...(use.codedeploy && { codedeploy: { application, group } }),
    };
  }
}

/** A job registers or renders a definition in one step, and deploys it in another. */
function complete(uses: readonly Use[], definitions: readonly Definition[]): Use[] {
  const isKnown = (file?: string) => definitions.some(({ path }) => path === file);
  const services = new Set(uses.flatMap(({ service }) => service ?? []));
  if (services.size !== 1) return [...uses];
  const parts = uses
    .filter(({ runsTask }) => !runsTask)
    .map(({ cluster, service, file, ...use }) => ({ ...use, ...(isKnown(file) && { file }) }));
  const shared: Use = Object.assign({}, ...parts);
  return uses
    .filter(({ service, runsTask }) => service || runsTask)
    .map((use) =>
      use.runsTask
        ? use
        : { ...shared, ...use, ...(shared.file && !isKnown(use.file) && { file: shared.file }) },
    );
}

function usesOf(checkout: string, step: FoundStep): Use[] {
  if (step.uses) return useOfAction(step);
  const container = /\.name\s*==\s*\\?"([\w-]+)/.exec(step.script)?.[1];
  const commands = commandsIn(step.script, ["aws", "ecspresso"], step.env);
  return commands
    .flatMap((command) => usesOfCommand(checkout, command, step))
    .map((use) => ({ ...(container && { container }), ...use }));
}

/** Whatever the action: the names of these inputs are those of AWS's and ours. */
function useOfAction({ uses, inputs }: FoundStep): Use[] {
  const [cluster, service] = ["cluster", "service"].map(
    (name) => inputs[name] || inputs[`${name}-name`] || inputs[`ecs-${name}`],
  );
  const { "task-definition": definition = "", "container-name": container } = inputs;
  if (!/ecs|deploy-service|render-task|run-task|rollback-service|scale-service/.test(uses)) return [];
  const family = inputs["task-definition-family"] || inputs["task-definition-arn"];
  const [application, group] = ["application", "deployment-group"].map(
    (name) => inputs[`codedeploy-${name}`],
  );
  const codedeploy =
    (application || group || inputs["codedeploy-appspec"]) && withoutEmpty({ application, group });
  return [
    named({
      cluster,
      service,
      file: fileOf(definition),
      family: familyOf(family),
      container,
      codedeploy,
    } as Use),
  ];
}

/** Leaves out what the step does not say, so that another step of the job may. */
const named = (use: Use): Use => ({
  ...withoutEmpty(use),
  ...(use.cluster && { cluster: lastSegment(use.cluster) }),
  ...(use.service && { service: lastSegment(use.service) }),
});

const withoutEmpty = <Value extends object>(value: Value): Value =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member)) as Value;

const fileOf = (path = "") =>
  path === ""
    ? undefined
    : normalize(path.replace(/^(file|fileb):\/\//, "").replace(/^\$?\{?GITHUB_WORKSPACE\}?\//, ""));
const familyOf = (text = "") => lastSegment(text).replace(/:\d*$/, "") || undefined;

function usesOfCommand(
  checkout: string,
  { words, options, output }: ShellCommand,
  { env }: FoundStep,
): Use[] {
  const [program, api, operation = ""] = words;
  if (program === "ecspresso") return useOfEcspresso(checkout, options.config?.[0] ?? "ecspresso.yml", env);
  const value = (name: string) => options[name]?.[0] || undefined;
  if (api === "deploy" && operation === "create-deployment")
    return [
      named({
        codedeploy: { application: value("application-name"), group: value("deployment-group-name") },
      } as Use),
    ];
  if (api !== "ecs") return [];
  const definition = value("task-definition");
  const file = fileOf(value("cli-input-json") ?? (operation === "deploy" ? definition : output));
  const family = operation === "deploy" ? undefined : familyOf(value("family") ?? definition);
  const services = [...(options.service ?? []), ...(options.services ?? [])].filter(Boolean);
  const use = { cluster: value("cluster"), family, file, runsTask: operation === "run-task" } as Use;
  if (services.length === 0) return /definition|task/.test(operation) ? [named(use)] : [];
  return services.map((service) => named({ ...use, service }));
}

/** https://github.com/kayac/ecspresso: a configuration with names, and a file for the task definition. */
function useOfEcspresso(checkout: string, path: string, env: Readonly<Record<string, string>>): Use[] {
  const text =
    readText(checkout, path) ??
    readText(
      checkout,
      path.replace(/ya?ml$/, (end) => (end === "yml" ? "yaml" : "yml")),
    );
  const config = parsed(
    (text ?? "").replace(/\{\{\s*(?:must_)?env\s+[`"](\w+)[`"][^}]*\}\}/g, (_, name) => env[name] ?? ""),
  );
  if (!isObject(config)) return [];
  const { cluster, service, task_definition: file } = config as Record<string, string>;
  return [named({ cluster, service, file: fileOf(join(path, "..", file ?? "")) } as Use)];
}

function readText(checkout: string, path: string): string | undefined {
  if (normalize(path).startsWith("..")) return undefined;
  try {
    return readFileSync(join(checkout, path), "utf8");
  } catch {
    return undefined;
  }
}

/** Files that a step may build: `docker build -f FILE FOLDER`, or the inputs of docker/build-push-action. */
function dockerfilesOf({ uses, inputs, script, env }: FoundStep): string[] {
  const commands = commandsIn(script, ["docker"], env).filter(({ words }) => words.includes("build"));
  const named = commands.flatMap(({ words, options }) => [...Object.values(options).flat(), ...words]);
  const { file = "", context = "" } = /build/.test(uses) ? inputs : {};
  return [file, ...named, context]
    .filter((path) => path && !path.startsWith("/"))
    .flatMap((path) => (/dockerfile/i.test(path) ? path : join(path, "Dockerfile")));
}

/** Images that a step pushes with a tag that the files have, unlike that of a commit. */
function pushedBy({ uses, inputs, script, env }: FoundStep): OwnImage[] {
  const commands = commandsIn(script, ["docker"], env).filter(({ words }) => words.includes("push"));
  const names = commands.flatMap(({ words, options }) => [...words, ...Object.values(options).flat()]);
  const tags = /build-push/.test(uses) ? (inputs.tags ?? "").split(/[\s,]+/) : [];
  return [...names, ...tags].flatMap((name) => {
    const [, repository = "", tag = ""] =
      /^\d{12}\.dkr\.ecr\.[\w.-]+\/([a-z0-9._/-]+):([\w.-]+)$/.exec(name) ?? [];
    return repository ? { repository, tag } : [];
  });
}

/** The image of the only repository. */
function onlyImage(images: readonly OwnImage[]): OwnImage | undefined {
  const repositories = new Set(images.map(({ repository }) => repository));
  if (repositories.size !== 1) return undefined;
  return images.find(({ tag }) => tag === "latest") ?? images[0];
}

/** The port of an image whose task definition is in the account only. */
function exposedPort(checkout: string, files: readonly string[]): number | undefined {
  const texts = files.map((file) => readText(checkout, file) ?? "");
  const port = texts.map((text) => /^EXPOSE\s+(\d+)/im.exec(text)?.[1]).find(Boolean);
  return port === undefined ? undefined : Number(port);
}
