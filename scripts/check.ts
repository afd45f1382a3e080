import { parseArgs } from "node:util";
import { checks, runCheck } from "./checks.ts";

const { positionals } = parseArgs({ allowPositionals: true });
const known = checks.map(({ name }) => name);
const unknown = positionals.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`no check is called ${unknown.join(", ")}; the checks: ${known.join(", ")}`);
  process.exit(2);
}
let failed = 0;
for (const check of checks) {
  if (positionals.length > 0 && !positionals.includes(check.name)) continue;
  if (!(await runCheck(check))) failed += 1;
}
process.exitCode = failed > 0 ? 1 : 0;
