import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import faults from "@ecs-delivery/actions/check-lab/src/faults/faults.json" with { type: "json" };
import { readTemplates } from "@ecs-delivery/actions/cloudformation/template";
import { diagramMarkdown } from "@ecs-delivery/actions/core/diagrams";
import { readCostStacks } from "@ecs-delivery/actions/cost/cost-stacks";
import { architectureOf } from "@ecs-delivery/actions/diagram/architecture";
import { readGuide } from "@ecs-delivery/lab/course/guide";
import { findOperation } from "@ecs-delivery/simulator/gateway/models";
import { loadSchemas } from "@ecs-delivery/simulator/gateway/sdk-files";
import { apiName } from "@ecs-delivery/simulator/kit/operation-names";
import type { ServiceName } from "@ecs-delivery/simulator/services/api";
import { closeServices, createServices, definitions } from "@ecs-delivery/simulator/services/index";
import { createTestEnvironment } from "@ecs-delivery/simulator/test-environment.support";
import { costText } from "./lab-pages/cost-table.ts";
import { type Language, languages, phasePages } from "./lab-pages/pages.ts";
import { between, table, withTables } from "./readme-tables.ts";
import { servicesOf } from "./services-of-templates.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Generates the tables and the policy of every actions/<name>/README.md from its action.yml and permissions.json, the table of AWS services in README.md
 * from infra-templates, the table of operations in simulator/README.md, the cost tables of the course's phases and the
 * diagrams in docs/architecture.md. `--check` only lists outdated documents.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
  const actions = join(root, "actions");
  const stale: string[] = [];
  const update = (readme: string, tables: (before: string) => string) => {
    const before = existsSync(readme) ? readFileSync(readme, "utf8") : "";
    const after = tablesOf(readme, before, tables);
    if (before === after) return;
    stale.push(relative(root, readme));
    if (!values.check) writeFileSync(readme, after);
  };
  for (const name of readdirSync(actions)) {
    const action = join(actions, name, "action.yml");
    if (!existsSync(action)) continue;
    update(join(actions, name, "README.md"), (before) =>
      withTables(before, readFileSync(action, "utf8"), name),
    );
  }
  update(join(root, "README.md"), (before) => between(before, "services", servicesTable()));
  const operations = await operationsTable();
  update(join(root, "simulator/README.md"), (before) => between(before, "operations", operations));
  for (const { name, costs } of phasePages)
    for (const language of costs ? languages : [])
      update(join(root, `docs/lab/${name}.${language}.md`), (before) =>
        between(before, "cost", costText(costs ?? [], language)),
      );
  for (const language of languages) {
    const [times, clinic] = [await timetable(language), faultTable(language)];
    update(join(root, `docs/lab/teachers.${language}.md`), (before) =>
      between(between(before, "timetable", times), "faults", clinic),
    );
  }
  update(join(root, "docs/architecture.md"), (before) =>
    ["standard", "academy"].reduce((text, profile) => between(text, profile, diagramOf(profile)), before),
  );
  if (stale.length === 0) console.log("The generated documents are up to date.");
  else if (!values.check) console.log(`Updated ${stale.join(", ")}.`);
  else {
    console.error(`Generated documents are out of date: ${stale.join(", ")}. Run "npm run docs" and commit.`);
    process.exitCode = 1;
  }
}

const heads = {
  times: {
    en: ["phase", "words", "command blocks", "minutes"],
    fr: ["phase", "mots", "blocs de commandes", "minutes"],
  },
  faults: { en: ["name", "somebody says", "item"], fr: ["nom", "quelqu’un dit", "point"] },
};
/** A foreign technical text is read, and a block of commands adapted and run, at this pace. */
const [wordsPerMinute, minutesPerBlock] = [100, 1];

/** Time that each phase of the guide takes by the CLI, without AWS's waits. */
async function timetable(language: Language): Promise<string> {
  const guide = await readGuide(join(root, "docs/lab"), language, "cli");
  const rows = guide.map(({ number, introduction, steps, check }) => {
    const words = [introduction, ...steps.map(({ text }) => text), check].join(" ").split(/\s+/).length;
    const blocks = steps.flatMap(({ commands }) => commands).length;
    const minutes = Math.round(words / wordsPerMinute + blocks * minutesPerBlock);
    return [number, words, blocks, minutes].map(String);
  });
  return table(heads.times[language], rows);
}

function faultTable(language: Language): string {
  const rows = faults.map(({ name, symptom, items }) => [
    `\`${name}\``,
    symptom[language],
    `\`${items.split(" ")[0]}\``,
  ]);
  return table(heads.faults[language], rows);
}

function tablesOf(readme: string, before: string, tables: (before: string) => string): string {
  try {
    return tables(before);
  } catch (error) {
    throw new Error(`${relative(root, readme)}: ${(error as Error).message}`, { cause: error });
  }
}

function servicesTable(): string {
  const services = [...servicesOf(readTemplates(join(root, "infra-templates")))];
  const rows = services.map(([service, templates]) => [service, templates.join(", ")]);
  return `${services.length} services:\n\n${table(["service", "templates"], rows)}`;
}

/** Returns the architecture of a profile as a block of Mermaid: all that exists after set-up. */
function diagramOf(profile: string): string {
  const templatesFolder = join(root, "infra-templates");
  const parametersFile = join(templatesFolder, "parameters", `${profile}.json`);
  const whenSetUp = { Sources: "ready", GitHubRepository: "OWNER/ecs-delivery" };
  const stacks = readCostStacks({ templatesFolder, parametersFile }).map((stack) => {
    return { ...stack, parameters: new Map([...stack.parameters, ...Object.entries(whenSetUp)]) };
  });
  return diagramMarkdown(architectureOf(stacks, "us-east-1"));
}

/** Returns a table of the simulator's services: the operations that each performs, and how many AWS has. */
async function operationsTable(): Promise<string> {
  const environment = await createTestEnvironment();
  const services = createServices(environment);
  try {
    const names = (Object.keys(services) as ServiceName[]).sort();
    const rows = await Promise.all(
      names.map(async (name) => {
        const performed = Object.keys(services[name].operations).map(apiName).sort();
        const all = await countOperations(name);
        return [`\`${name}\``, `${performed.length} of ${all}`, performed.join(", ")];
      }),
    );
    return table(["service", "performed", "operations"], rows);
  } finally {
    await closeServices(services);
    await environment.remove();
  }
}

async function countOperations(name: ServiceName): Promise<number> {
  const { client, loadModel } = definitions[name];
  const schemas = await (loadModel?.() ?? loadSchemas(client));
  return Object.keys(schemas).filter((key) => findOperation(schemas, key.replace(/\$$/, ""))).length;
}

try {
  await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
