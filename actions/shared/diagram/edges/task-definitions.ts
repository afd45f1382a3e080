import type { EvaluatedResource } from "../../cloudformation/resources.ts";
import { referencesIn } from "../../cloudformation/values.ts";
import { isObject } from "../../task-definition.ts";
import type { DrawnResources } from "../drawn-resources.ts";
import { titleOf } from "../names.ts";
import type { TaskDefinitions } from "../task-definitions.ts";
import type { EdgeDraft } from "./edge.ts";
import { managedSecret } from "./use.ts";

/** Type of a resource that a container references → how the container uses it. */
const uses: { readonly [type: string]: string } = {
  "AWS::Logs::LogGroup": "logs",
  "AWS::RDS::DBInstance": "queries",
  "AWS::SecretsManager::Secret": "reads",
};

/** Finds what services use by their deployed task definitions, which no template has. */
export function findDefinedEdges(resources: DrawnResources, definitions: TaskDefinitions): EdgeDraft[] {
  return resources.ofType("AWS::ECS::Service").flatMap((from) => {
    const definition = definitions.get(resources.textAt(from, "TaskDefinition.Family") ?? "");
    const containers = isObject(definition) ? definition.containerDefinitions : undefined;
    return [
      ...namedIn(containers, resources).map((to) => ({ from, to, label: uses[to.type] ?? "" })),
      ...referencesIn(containers).flatMap((reference) =>
        managedSecret(reference, resources).map((to) => ({ from, to, label: "reads" })),
      ),
      ...existingDatabasesIn(containers).map((existingDatabase) => ({
        from,
        to: { existingDatabase },
        label: "queries",
      })),
    ];
  });
}

function namedIn(value: unknown, resources: DrawnResources): EvaluatedResource[] {
  const secretsOf = new Set(
    referencesIn(value).flatMap((reference) => managedSecret(reference, resources).map(() => reference)),
  );
  const others = referencesIn(value).filter((reference) => !secretsOf.has(reference));
  const types = Object.keys(uses);
  const logGroups = resources.targetsOf(value, ["AWS::Logs::LogGroup"], (group) => titleOf(group, resources));
  return [...new Set([...resources.targetsOf(others, types), ...logGroups])];
}

/** Returns the names of databases that a profile looks up: `instance-endpoint supplierdb`. */
function existingDatabasesIn(value: unknown): string[] {
  if (typeof value === "string") return /^instance-endpoint (.+)$/.exec(value)?.slice(1) ?? [];
  if (Array.isArray(value)) return [...new Set(value.flatMap(existingDatabasesIn))];
  return isObject(value) ? [...new Set(Object.values(value).flatMap(existingDatabasesIn))] : [];
}
