import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseCommandLine } from "@ecs-delivery/program/command-line";
import { proveReports, readSigner } from "./attestations.ts";
import { classCsv, classPage, plain } from "./class-files.ts";
import { makeTable, readFolder } from "./class-table.ts";
import { command, fromUser } from "./options.mjs";
import { fetchReports, repositoriesIn } from "./repositories.ts";

const options = parseCommandLine(command, process.argv.slice(2));
const { reports, repositories, signer, output = reports ?? "." } = options;
const list = repositories ? repositoriesIn(await readFile(fromUser(repositories), "utf8")) : [];
const fetched = await fetchReports(list, signer !== undefined);
const collected = [...(reports ? readFolder(fromUser(reports)) : []), ...fetched.files];
const files = signer ? await proveReports(collected, readSigner(signer)) : collected;
const table = makeTable(files, fetched.unread);
const folder = fromUser(output);
await mkdir(folder, { recursive: true });
await writeFile(join(folder, "class.csv"), classCsv(table));
await writeFile(join(folder, "class.html"), classPage(table));
for (const { file, reason } of table.unread)
  console.error(plain(`check-lab-class: ${file} was left out: ${reason}`));
for (const { student, proof } of table.students)
  if (signer && !proof.startsWith("attested")) console.error(plain(`check-lab-class: ${student}: ${proof}`));
console.log(
  `Students: ${table.students.length}. Files: ${join(folder, "class.csv")}, ${join(folder, "class.html")}`,
);
if (table.students.length === 0) {
  console.error(
    "check-lab-class: no report of check-lab was found. Fix: collect the report.json files first, or let the students commit theirs",
  );
  process.exitCode = 1;
}
