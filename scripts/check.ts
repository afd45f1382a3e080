import { parseArgs } from "node:util";
import { checks, runChecks } from "./checks.ts";

const { positionals } = parseArgs({ allowPositionals: true });
const known = checks.map(({ name }) => name);
const unknown = positionals.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`no check is called ${unknown.join(", ")}; the checks: ${known.join(", ")}`);
  process.exit(2);
}
const wanted = checks.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const { problems } = await runChecks(wanted);
process.exitCode = problems.length > 0 ? 1 : 0;
