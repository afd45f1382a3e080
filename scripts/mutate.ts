// npm run mutate -- [--record|--all-tests] FILE…|FOLDER…   changes these files in small ways and shows each change that
//   no small test of their folder notices; --all-tests also runs those that play whole deployments, which takes minutes
//   a file; --record writes scores that have risen
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  compareScores,
  formatScores,
  readScores,
  type Scores,
  scoresOf,
  testFolderOf,
} from "./mutate/scores.ts";
import { filesOf } from "./plain-words.ts";

const folder = join(import.meta.dirname, "mutate");
const table = join(folder, "scores.json");
const usage = "usage: npm run mutate -- [--record|--all-tests] FILE…|FOLDER…";

/** Changes of decisions. Changed texts, objects and empty functions are many, and say little about a boundary. */
const excludedMutations = [
  "ArrayDeclaration",
  "ArrowFunction",
  "BlockStatement",
  "ObjectLiteral",
  "Regex",
  "StringLiteral",
];

/** Runs Stryker on files of one folder, with the tests of that folder. */
function mutate(files: readonly string[], tests: string, temporary: string, allTests: boolean): Scores {
  const report = join(temporary, "report.json");
  const options = {
    testRunner: "vitest",
    mutate: files,
    vitest: { configFile: "scripts/mutate/vitest.config.ts", related: false },
    symlinkNodeModules: true,
    // A folder inside of the repository would be copied with it.
    tempDirName: join(temporary, "sandboxes"),
    reporters: ["clear-text", "json", "progress-append-only"],
    clearTextReporter: { logTests: false, reportTests: false },
    jsonReporter: { fileName: report },
    ignoreStatic: true,
    // Only an endless loop takes so long, also on a busy machine.
    timeoutMS: 30_000,
    // Memory of ended threads stays, and makes each program that a test starts slower.
    maxTestRunnerReuse: 40,
    mutator: { excludedMutations },
  };
  const configuration = join(temporary, "stryker.json");
  writeFileSync(configuration, JSON.stringify(options));
  const program = join(folder, "node_modules/@stryker-mutator/core/bin/stryker.js");
  const { status } = spawnSync(process.execPath, [program, "run", configuration], {
    stdio: "inherit",
    env: { ...process.env, MUTATE_TESTS: tests, MUTATE_ALL: allTests ? "1" : "" },
  });
  if (status !== 0) throw new Error(`Stryker ended with exit code ${status} for ${tests}`);
  return scoresOf(JSON.parse(readFileSync(report, "utf8")));
}

function readArguments() {
  const { values, positionals } = parseArgs({
    options: {
      record: { type: "boolean", default: false },
      "all-tests": { type: "boolean", default: false },
    },
    allowPositionals: true,
  });
  const known = filesOf("*.ts", "*.mjs").filter((file) => !/\.(test|support)\.ts$|\/support\//.test(file));
  const { record, "all-tests": allTests } = values;
  if (record && allTests) throw new Error("the table has scores without --all-tests: record none with it");
  const wanted = positionals.map((name) => name.replace(/^\.\/|\/$/g, ""));
  const unknown = wanted.filter((name) => !known.some((file) => `${file}/`.startsWith(`${name}/`)));
  if (unknown.length > 0) throw new Error(`no product file of this repository: ${unknown.join(", ")}`);
  if (wanted.length === 0) throw new Error("no file is given");
  const files = known.filter((file) => wanted.some((name) => `${file}/`.startsWith(`${name}/`)));
  return { files, record, allTests };
}

/** Returns the exit code: 1 if a score has fallen. */
function run({ files, record, allTests }: ReturnType<typeof readArguments>): number {
  if (!existsSync(join(folder, "node_modules")))
    execFileSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: folder, stdio: "inherit" });
  const temporary = mkdtempSync(join(tmpdir(), "mutate-"));
  process.on("exit", () => rmSync(temporary, { recursive: true, force: true }));
  let hasFallen = false;
  for (const [tests, group] of Map.groupBy(files, testFolderOf)) {
    const scores = mutate(group, tests, temporary, allTests);
    const { lines, risen, fallen } = compareScores(scores, readScores(table));
    for (const line of lines) console.log(line);
    if (record) writeFileSync(table, formatScores({ ...readScores(table), ...risen }));
    hasFallen ||= fallen.length > 0;
  }
  return hasFallen ? 1 : 0;
}

process.on("SIGINT", () => process.exit(130));
try {
  process.exitCode = run(readArguments());
} catch (error) {
  console.error(`${(error as Error).message}\n${usage}`);
  process.exitCode = 2;
}
