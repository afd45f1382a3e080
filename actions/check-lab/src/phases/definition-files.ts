import { hint } from "../choices.ts";
import {
  appSpecOf,
  type DefinitionFile,
  type DefinitionKind,
  fit,
  type RunningNames,
} from "../definitions.ts";
import { forServices, type Item } from "../item.ts";
import type { Lab } from "../lab.ts";
import { broken, forEachOf, Missing, type Outcome, verdict } from "../outcome.ts";
import { attachments, containerOf, deliveryActionsOf, otherThan, type ServiceName } from "../parts.ts";
import { foreignIn } from "../placeholders.ts";
import { trustFix } from "../service-role.ts";
import type { Source } from "../sources.ts";
import { type Definition, definitionRules, type Rule } from "./definition-rules.ts";

const pathKeys = { taskdef: "TaskDefinitionTemplatePath", appspec: "AppSpecTemplatePath" } as const;
/** Paths of a deploy action that states none: CodePipeline user guide, "ECS (blue/green) action". */
const usualPaths = { taskdef: "taskdef.json", appspec: "appspec.yaml" } as const;

/** Family and container of what the service runs. */
async function runningNames({ roles }: Lab, service: ServiceName): Promise<RunningNames> {
  const definition = await hint(roles.taskDefinition(service));
  const names = definition?.containerDefinitions?.map(({ name }) => name) ?? [];
  const used = attachments((await hint(roles.service(service))) ?? {}).map(
    ({ containerName }) => containerName,
  );
  const own = definition && containerOf(definition, service)?.name;
  return {
    family: definition?.family,
    container: used.find((name) => names.includes(name)) ?? own ?? service,
  };
}

interface Found {
  /** The file of this service. */
  readonly file: DefinitionFile | undefined;
  /** The path in the pipeline. */
  readonly named: string | undefined;
  readonly source: Source;
}

/** Finds a service's file: the one that its pipeline names, unless that is the other service's and another one fits. */
export async function findDefinition(lab: Lab, kind: DefinitionKind, service: ServiceName): Promise<Found> {
  const { source, files } = await lab.sources.definitions(service);
  const other = otherThan(service);
  const [own, others] = [await runningNames(lab, service), await runningNames(lab, other)];
  const pipeline = await hint(lab.roles.pipeline(service));
  const deploy = pipeline && deliveryActionsOf(pipeline).deploy;
  const named = deploy && (deploy.configuration?.[pathKeys[kind]] ?? usualPaths[kind]);
  const lead = (file: DefinitionFile) => fit(file, service, own) - fit(file, other, others);
  const ranked = files
    .filter((file) => file.kind === kind && !/migrat/i.test(file.path))
    .toSorted((one, two) => lead(two) - lead(one) || one.path.length - two.path.length);
  const configured = files.find(({ path }) => path === named);
  const best = ranked.find((file) => lead(file) > 0);
  const file = configured && (lead(configured) >= 0 || !best) ? configured : best;
  return { file, named, source };
}

/** The file, which does not have to be valid. */
export async function readDefinition(
  lab: Lab,
  kind: DefinitionKind,
  service: ServiceName,
): Promise<DefinitionFile> {
  const { file, named, source } = await findDefinition(lab, kind, service);
  if (file) return file;
  const what = named
    ? `file ${named}`
    : `${kind === "taskdef" ? "task definition" : "AppSpec"} of the ${service}`;
  throw new Missing(`${source.name} has no ${what}`);
}

/** Returns the check of a registered revision by one of the rules for task definitions. */
export function forRegistered(rule: Rule, right: (definition: Definition) => string): Item["check"] {
  return forServices(async (lab, service) => {
    const definition = await lab.roles.taskDefinition(service);
    const name = `${definition.family}:${definition.revision}`;
    const problems = await rule(lab, definition, { service, names: await runningNames(lab, service) });
    return verdict(
      problems.map((problem) => `${name}: ${problem}`),
      `${name} ${right(definition)}`,
      trustFix(problems) ?? {
        console: `ECS → Task definitions → ${definition.family} → Create new revision with JSON: correct what the evidence says.`,
      },
    );
  });
}

export async function checkTaskDefinitionFile(lab: Lab, service: ServiceName): Promise<Outcome> {
  const { path, text, value, fault } = await readDefinition(lab, "taskdef", service);
  if (fault) return verdict([`${path} is not valid JSON: ${fault}`], "");
  const names = await runningNames(lab, service);
  const { source } = await lab.sources.definitions(service);
  const definition: Definition = value;
  const pipeline = await hint(lab.roles.pipeline(service));
  const placeholder = pipeline && deliveryActionsOf(pipeline).deploy?.configuration?.Image1ContainerName;
  const image = containerOf(definition, service)?.image;
  const accepted = ["<IMAGE1_NAME>", `<${placeholder}>`];
  const own: readonly Rule[] = [
    () => broken([accepted.includes(image ?? ""), `the image is ${image}, not <IMAGE1_NAME>`]),
    () =>
      broken([
        names.family === undefined || definition.family === names.family,
        `the family is ${definition.family ?? "missing"}; the service runs ${names.family}`,
      ]),
    async () =>
      (await foreignIn(text.replaceAll(definition.executionRoleArn || " ", ""), lab.account)).map(
        (what) => `it has ${what}`,
      ),
  ];
  const rules = [...own, ...Object.values(definitionRules)];
  return forEachOf(rules, async (rule) => {
    const problems = await rule(lab, definition, { service, names, filled: accepted });
    return verdict(
      problems.map((problem) => `${path}: ${problem}`),
      `${path} is complete but for ${image}`,
      trustFix(problems) ?? { cli: `Correct ${path} in ${source.name}, then git push.` },
    );
  });
}

export async function checkAppSpecFile(lab: Lab, service: ServiceName): Promise<Outcome> {
  const { path, value, fault } = await readDefinition(lab, "appspec", service);
  if (fault) return verdict([`${path} is not valid YAML: ${fault}`], "");
  const { Type, TaskDefinition, ContainerName, ContainerPort, others } = appSpecOf(value);
  const { container } = await runningNames(lab, service);
  const { source } = await lab.sources.definitions(service);
  const problems = [
    ...broken(
      // CodeDeploy user guide, "AppSpec File example for an Amazon ECS deployment": the only version.
      [
        Number(value.version) === 0 && value.version !== null,
        `version is ${value.version ?? "missing"}, not 0.0`,
      ],
      [Array.isArray(value.Resources), "Resources is not a list: its entry begins with a dash"],
      [Type === "AWS::ECS::Service", `Resources has the type ${Type ?? "missing"}, not AWS::ECS::Service`],
      [TaskDefinition === "<TASK_DEFINITION>", `TaskDefinition is ${TaskDefinition}, not <TASK_DEFINITION>`],
      [ContainerName === container, `ContainerName is ${ContainerName}, not ${container}`],
      [Number(ContainerPort) === 8080, `ContainerPort is ${ContainerPort}, not 8080`],
    ),
    ...others.map((key) => `LoadBalancerInfo has ${key}; the target groups are in CodeDeploy`),
  ];
  return verdict(
    problems.map((problem) => `${path}: ${problem}`),
    `${path} deploys to ${ContainerName}:${ContainerPort}`,
    { cli: `Correct ${path} in ${source.name}, then git push.` },
  );
}
