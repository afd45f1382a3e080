import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { withTables } from "./readme-tables.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Makes the tables of every actions/<name>/README.md from its action.yml; `--check` only says which differ. */
function main(): void {
  const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
  const actions = join(root, "actions");
  const stale: string[] = [];
  for (const name of readdirSync(actions)) {
    const action = join(actions, name, "action.yml");
    if (!existsSync(action)) continue;
    const readme = join(actions, name, "README.md");
    const before = existsSync(readme) ? readFileSync(readme, "utf8") : "";
    const after = tablesOf(readme, before, readFileSync(action, "utf8"));
    if (before === after) continue;
    stale.push(relative(root, readme));
    if (!values.check) writeFileSync(readme, after);
  }
  if (stale.length === 0) console.log("The READMEs' tables are up to date.");
  else if (!values.check) console.log(`Updated ${stale.join(", ")}.`);
  else {
    console.error(`Tables are not those of action.yml: ${stale.join(", ")}. Run "npm run docs" and commit.`);
    process.exitCode = 1;
  }
}

function tablesOf(readme: string, before: string, action: string): string {
  try {
    return withTables(before, action);
  } catch (error) {
    throw new Error(`${relative(root, readme)}: ${(error as Error).message}`, { cause: error });
  }
}

try {
  main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
