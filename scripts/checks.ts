import { spawn } from "node:child_process";
import { once } from "node:events";

export interface Check {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** What to do when the program is not on PATH. */
  readonly install?: string;
  /** A test file by itself: `npm test` runs it among the others. */
  readonly isTest?: boolean;
}

/** What `npm run check` runs; all of it is part of `npm test` too. */
export const checks: readonly Check[] = [
  { name: "lint", command: ["biome", "check", "--error-on-warnings", "."] },
  { name: "types", command: ["tsc"] },
  { name: "bundles", command: ["node", "scripts/build-actions.ts", "--check"] },
  { name: "readmes", command: ["node", "scripts/update-readmes.ts", "--check"] },
  { name: "diagrams", command: ["node", "scripts/draw-diagram.ts", "--check"] },
  {
    name: "templates",
    command: ["cfn-lint", "-c", "I", "--", "infra-templates/*.yaml"],
    install: "pipx install cfn-lint",
  },
  {
    name: "workflows",
    command: ["vitest", "run", "lab/src/runner/committed-workflows.test.ts"],
    isTest: true,
  },
  { name: "shell", command: ["shellcheck", ".ci/run"], install: "apt-get install shellcheck" },
];

/** Prints one line, and the program's output when it fails. */
export async function runCheck({ name, command, install }: Check): Promise<boolean> {
  const [program, ...args] = command;
  const startedAt = performance.now();
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk) => output.push(chunk));
  child.stderr.on("data", (chunk) => output.push(chunk));
  const problem = await once(child, "close").then(
    ([code]) => (code === 0 ? undefined : Buffer.concat(output).toString()),
    (error) => `${program} did not start (${error.message})${install ? `: ${install}` : ""}`,
  );
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${problem === undefined ? "✓" : "✗"} ${name} (${seconds} s)`);
  if (problem !== undefined) console.log(problem);
  return problem === undefined;
}
