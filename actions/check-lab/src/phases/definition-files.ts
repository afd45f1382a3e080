import { parse } from "yaml";
import { parseArn } from "../../../core/arn.ts";
import type { Lab } from "../lab.ts";
import { broken, Missing, type Outcome, verdict } from "../outcome.ts";
import type { ServiceName } from "../parts.ts";
import { foreignIn, leftPlaceholders } from "../placeholders.ts";
import { hint } from "../roles.ts";
import type { Source } from "../sources.ts";

/** The file's path is in the pipeline, if there is one. */
async function readDefinition({ roles, sources }: Lab, kind: "taskdef" | "appspec", service: ServiceName) {
  const key = kind === "taskdef" ? "TaskDefinitionTemplatePath" : "AppSpecTemplatePath";
  const { stages = [] } = (await hint(roles.pipeline(service))) ?? {};
  const configured = stages
    .flatMap(({ actions = [] }) => actions)
    .find((action) => action.configuration?.[key])?.configuration?.[key];
  const usual = `${kind}-${service}.${kind === "taskdef" ? "json" : "yaml"}`;
  const path = configured ?? usual;
  const source = await sources.deployment();
  const text = await source.text(path);
  if (text === undefined) throw new Missing(`${source.name} has no file ${path}`, filesOf(source));
  return { path, text };
}

/** Names the definition files as one part: if all are missing, that is one cause. */
export const filesOf = ({ name }: Source) => `the definition files in ${name}`;

export async function checkTaskDefinitionFile(lab: Lab, service: ServiceName): Promise<Outcome> {
  const { path, text } = await readDefinition(lab, "taskdef", service);
  const file = parsed(text) as {
    executionRoleArn?: string;
    containerDefinitions?: { name?: string; image?: string; portMappings?: { containerPort?: number }[] }[];
  };
  if (typeof file !== "object" || file === null) return verdict([`${path} is not JSON`], "");
  const containers = file.containerDefinitions ?? [];
  const container = containers.find(({ name }) => name === service) ?? containers[0];
  const id = await lab.account.id();
  const owner = parseArn(file.executionRoleArn ?? "")?.account;
  const { executionRoleArn: _, ...others } = file;
  const port = container?.portMappings?.[0]?.containerPort;
  const problems = [
    ...broken(
      [container?.image === "<IMAGE1_NAME>", `the image is ${container?.image}, not <IMAGE1_NAME>`],
      [port === 8080, `containerPort is ${port ?? "missing"}, not 8080`],
      [owner === undefined || owner === id, `executionRoleArn belongs to account ${owner}, not ${id}`],
    ),
    ...leftPlaceholders(file, ["<IMAGE1_NAME>"]),
    ...(await foreignIn(JSON.stringify(others), lab.account)).map((what) => `it has ${what}`),
  ];
  return verdict(
    problems.map((problem) => `${path}: ${problem}`),
    `${path} is complete but for <IMAGE1_NAME>`,
  );
}

export async function checkAppSpecFile(lab: Lab, service: ServiceName): Promise<Outcome> {
  const { path, text } = await readDefinition(lab, "appspec", service);
  const { Resources } = (parsed(text) ?? {}) as { Resources?: { [name: string]: AppSpecResource }[] };
  const properties = Object.values(Resources?.[0] ?? {})[0]?.Properties;
  if (!properties) return verdict([`${path} has no Resources with a TargetService`], "");
  const { TaskDefinition, LoadBalancerInfo: { ContainerName, ContainerPort, ...others } = {} } = properties;
  const definition = await hint(lab.roles.taskDefinition(service));
  const names = definition?.containerDefinitions?.map(({ name }) => name) ?? [service];
  const problems = [
    ...broken(
      [TaskDefinition === "<TASK_DEFINITION>", `TaskDefinition is ${TaskDefinition}, not <TASK_DEFINITION>`],
      [names.includes(ContainerName), `ContainerName is ${ContainerName}, not ${names.join(" or ")}`],
      [Number(ContainerPort) === 8080, `ContainerPort is ${ContainerPort}, not 8080`],
    ),
    ...Object.keys(others).map((key) => `LoadBalancerInfo has ${key}; the target groups are in CodeDeploy`),
  ];
  return verdict(
    problems.map((problem) => `${path}: ${problem}`),
    `${path} deploys to ${ContainerName}:${ContainerPort}`,
  );
}

interface AppSpecResource {
  readonly Properties?: {
    readonly TaskDefinition?: string;
    readonly LoadBalancerInfo?: {
      readonly ContainerName?: string;
      readonly ContainerPort?: number | string;
      readonly [other: string]: unknown;
    };
  };
}

/** JSON is YAML. Undefined for text that is neither. */
function parsed(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
