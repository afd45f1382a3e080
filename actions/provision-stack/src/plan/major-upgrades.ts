import type { PlannedStack } from "../../../shared/cloudformation/dependencies.ts";
import { isObject } from "../../../shared/task-definition.ts";
import type { PlannedChange } from "./stack-plan.ts";

/** Warns of changes that move a database to another major version, which RDS cannot undo. */
export function majorUpgrades({ template }: PlannedStack, changes: readonly PlannedChange[]): string[] {
  return changes.flatMap(({ logicalId, type, properties }) => {
    if (!/^AWS::RDS::DB(?:Instance|Cluster)$/.test(type)) return [];
    const { before, after } = properties.find(({ name }) => name === "EngineVersion") ?? {};
    if (!before || !after) return [];
    const engine = engineOf(template.content.Resources, logicalId);
    if (majorOf(engine, before) === majorOf(engine, after)) return [];
    return [
      `${logicalId} (${type}) gets another major version of its engine, ${before} → ${after}: the database is down during the upgrade, which cannot be undone. Fix: take a snapshot, and test the services with ${after} first.`,
    ];
  });
}

function engineOf(resources: unknown, logicalId: string): string {
  const resource = isObject(resources) ? resources[logicalId] : undefined;
  const properties = isObject(resource) ? resource.Properties : undefined;
  const engine = isObject(properties) ? properties.Engine : undefined;
  return typeof engine === "string" ? engine : "";
}

/** RDS user guide: the major version of PostgreSQL is one number; that of the other engines is two, such as 8.4. */
function majorOf(engine: string, version: string): string {
  const numbers = version.split(".");
  return numbers.slice(0, engine.includes("postgres") ? 1 : 2).join(".");
}
