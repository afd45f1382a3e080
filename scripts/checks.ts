import { spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";

export interface Check {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

/** Checks of `npm run check`, the longest first; all are part of `npm test` too. */
export const checks: readonly Check[] = [
  {
    name: "types",
    // TypeScript 7 is a native program without the API that ncc and our scripts call: that is TypeScript 6's.
    command: [
      "node",
      "node_modules/typescript-7/bin/tsc",
      "--incremental",
      "--tsBuildInfoFile",
      "node_modules/.cache/tsbuildinfo",
    ],
  },
  { name: "lint", command: ["biome", "check", "--error-on-warnings", "."] },
  { name: "bundles", command: ["node", "scripts/build-actions.ts", "--check"] },
  { name: "documents", command: ["node", "scripts/update-readmes.ts", "--check"] },
  { name: "permission table", command: ["node", "scripts/permission-table.ts", "--check"] },
  { name: "words", command: ["node", "scripts/plain-words.ts"] },
  { name: "placeholders", command: ["node", "scripts/publish-as.ts", "--check"] },
  { name: "house", command: ["node", "scripts/house.ts"] },
  { name: "unused code", command: ["knip", "--exports", "--files"] },
  { name: "code for tests only", command: ["knip", "--exports", "--production"] },
  { name: "shared state", command: ["node", "scripts/shared-state.ts"] },
];

/**
 * Runs as many checks at the same time as there are cores. Prints a line for each, and the output of those that fail.
 */
export async function runChecks(
  wanted: readonly Check[],
  print: (text: string) => void = console.log,
): Promise<{ readonly passed: number; readonly problems: readonly string[] }> {
  const waiting = [...wanted];
  const problems: string[] = [];
  const work = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift())
      if (!(await runCheck(check, print))) problems.push(`✗ check: ${check.name}`);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return { passed: wanted.length - problems.length, problems };
}

async function runCheck(
  { name, command: [program, ...args] }: Check,
  print: (text: string) => void,
): Promise<boolean> {
  const startedAt = performance.now();
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk) => output.push(chunk));
  child.stderr.on("data", (chunk) => output.push(chunk));
  const problem = await once(child, "close").then(
    ([code]) => (code === 0 ? undefined : Buffer.concat(output).toString()),
    (error) => `${program} did not start: ${error.message}`,
  );
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  print(`${problem === undefined ? "✓" : "✗"} ${name} (${seconds} s)`);
  if (problem !== undefined) print(problem);
  return problem === undefined;
}

if (import.meta.main) {
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
}
