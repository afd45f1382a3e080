import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseCommandLine } from "../../../../scripts/run/command-line.mjs";
import { classCsv, classPage } from "./class-files.ts";
import { readClass } from "./class-table.ts";
import { command, fromUser } from "./options.mjs";

const { reports = ".", output = reports } = parseCommandLine(command, process.argv.slice(2));
const table = readClass(fromUser(reports));
const folder = fromUser(output);
await mkdir(folder, { recursive: true });
await writeFile(join(folder, "class.csv"), classCsv(table));
await writeFile(join(folder, "class.html"), classPage(table));
for (const { file, reason } of table.unread)
  console.error(`check-lab-class: ${file} was left out: ${reason}`);
console.log(
  `Students: ${table.students.length}. Files: ${join(folder, "class.csv")}, ${join(folder, "class.html")}`,
);
if (table.students.length === 0) {
  console.error(
    "check-lab-class: no report of check-lab was found. Fix: collect the report.json files first",
  );
  process.exitCode = 1;
}
