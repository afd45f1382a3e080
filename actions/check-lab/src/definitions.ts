import { parse } from "yaml";
import { isObject } from "../../core/is-object.ts";
import { otherThan, type ServiceName } from "./parts.ts";

export type DefinitionKind = "taskdef" | "appspec";

/** A task definition or an AppSpec in a repository. */
export interface DefinitionFile {
  readonly kind: DefinitionKind;
  readonly path: string;
  readonly text: string;
  /** Empty for text that cannot be parsed. */
  readonly value: { readonly [key: string]: unknown };
  /** Why the text cannot be parsed. */
  readonly fault: string | undefined;
}

interface Files {
  paths(): Promise<readonly string[]>;
  text(path: string): Promise<string | undefined>;
}

const mostFiles = 60;
const skipped = /(^|\/)(node_modules|\.[^/]+)\/|(^|\/)(package(-lock)?|tsconfig)\.json$/;

/** Finds the files that deploy by their content, whatever their names. CloudFormation templates look similar. */
export async function readDefinitions(source: Files): Promise<DefinitionFile[]> {
  const paths = (await source.paths())
    .filter((path) => /\.(json|ya?ml)$/i.test(path) && !skipped.test(path))
    .toSorted((one, other) => one.split("/").length - other.split("/").length);
  const read = paths.slice(0, mostFiles).map(async (path) => {
    const text = (await source.text(path)) ?? "";
    const kind = kindOf(path, text);
    return kind ? [definitionFile(kind, path, text)] : [];
  });
  return (await Promise.all(read)).flat();
}

function kindOf(path: string, text: string): DefinitionKind | undefined {
  if (text.includes("AWSTemplateFormatVersion")) return undefined;
  if (/"containerDefinitions"|"family"/.test(text) || /task-?def[^/]*\.json$/i.test(path)) return "taskdef";
  const isAppSpec = /<TASK_DEFINITION>|\bTargetService\b|\bLoadBalancerInfo\b/.test(text);
  return isAppSpec || /appspec[^/]*$/i.test(path) ? "appspec" : undefined;
}

/** ECS reads JSON; CodeDeploy reads YAML, which includes JSON. */
function definitionFile(kind: DefinitionKind, path: string, text: string): DefinitionFile {
  const of = (value: unknown, fault?: string) => ({
    kind,
    path,
    text,
    value: isObject(value) ? value : {},
    fault,
  });
  try {
    const value: unknown = kind === "taskdef" ? JSON.parse(text) : parse(text);
    return of(value, isObject(value) ? undefined : "it is not an object");
  } catch (error) {
    return of({}, (error as Error).message.split("\n")[0]);
  }
}

/** Names that a service has in the account. */
export interface RunningNames {
  readonly family: string | undefined;
  readonly container: string;
}

/** How well a file fits a service: by its container, its family, its path. */
export function fit(
  { kind, path, value, text }: DefinitionFile,
  service: ServiceName,
  names: RunningNames,
): number {
  const containers =
    kind === "taskdef"
      ? [value.containerDefinitions].flat().map((each) => isObject(each) && each.name)
      : [appSpecOf(value).ContainerName];
  const family = kind === "taskdef" ? value.family : undefined;
  const other = otherThan(service);
  const says = (text: string) => Number(text.includes(service)) - Number(text.includes(other));
  return (
    (containers.includes(names.container) ? 4 : 0) +
    (family !== undefined && family === names.family ? 3 : 0) +
    2 * says(path.toLowerCase()) +
    says(text) / 2
  );
}

/** The service that an AppSpec deploys: the first resource, under any name; `others` are further keys of LoadBalancerInfo. */
export function appSpecOf({ Resources }: DefinitionFile["value"]) {
  const at = (value: unknown) => (isObject(value) ? value : {});
  const { Type, Properties } = at(Object.values(at([Resources].flat()[0]))[0]);
  const { TaskDefinition, LoadBalancerInfo } = at(Properties);
  const { ContainerName, ContainerPort, ...others } = at(LoadBalancerInfo);
  return { Type, TaskDefinition, ContainerName, ContainerPort, others: Object.keys(others) };
}
