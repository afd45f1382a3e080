import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { updateDiagrams } from "./diagram/update.ts";

/** Draws docs/architecture from infra-templates; `--check` only lists outdated pictures. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const pictures = join(root, "docs/architecture");
  const stale = await updateDiagrams(join(root, "infra-templates"), pictures, values.check);
  const names = stale.map((file) => relative(root, file)).join(", ");
  if (stale.length === 0) console.log("The diagrams are up to date.");
  else if (!values.check) console.log(`Drew ${names}.`);
  else {
    console.error(`Diagrams are out of date: ${names}. Run "npm run docs" and commit.`);
    process.exitCode = 1;
  }
}

try {
  await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
