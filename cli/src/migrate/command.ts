import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { defineOptions, parseWithArguments, Refusal } from "@ecs-delivery/program/command-line";
import { wrap } from "@ecs-delivery/program/wrap";
import { createTwoFilesPatch } from "diff";
import { readActionFile } from "../actions/action-file.ts";
import { printText } from "../terminal/print-text.ts";
import { openTerminal, plain, type Terminal } from "../terminal/style.ts";
import { type Migration, type MigrationOptions, migrateWorkflow } from "./migrate-workflow.ts";

/** Shows what would change in the workflows; with --write, also changes them. Resolves to the exit code. */
export function migrateCommand(actions: string, argv: readonly string[], repository: string): number {
  const { values, given } = parseWithArguments(command, argv);
  const terminal = openTerminal(process.stdout, process.env);
  if (printText(command, values, terminal)) return 0;
  const files = (given.length > 0 ? given : [".github/workflows"]).flatMap(workflowsIn);
  const options: MigrationOptions = {
    repository: values.repository ?? repository,
    version: "v1",
    login: values.login === true,
    actionNamed: (name) => readActionFile(actions, name),
  };
  const results = files.map((file) => migrateFile(file, options, terminal));
  const changed = results.flatMap((result) => (result?.isChanged ? [result] : []));
  if (values.write) for (const { file, migrated } of changed) writeFileSync(file, migrated);
  const unread = results.filter((result) => result === undefined).length;
  if (unread < files.length) terminal.print(verdict(files.length, changed.length, values.write === true));
  return unread > 0 ? 1 : 0;
}

function workflowsIn(path: string): string[] {
  if (!existsSync(path))
    throw new Refusal(`migrate: ${path} does not exist. Fix: give a workflow, or the folder that has them.`);
  if (statSync(path).isFile()) return [path];
  const names = readdirSync(path)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort();
  if (names.length === 0) throw new Refusal(`migrate: ${path} has no file that ends in .yml or .yaml.`);
  return names.map((name) => join(path, name));
}

/** Prints the difference and the notes. Returns undefined for a file that cannot be parsed. */
function migrateFile(file: string, options: MigrationOptions, { columns, style, print }: Terminal) {
  const text = readFileSync(file, "utf8");
  let migration: Migration;
  try {
    migration = migrateWorkflow(text, options);
  } catch (error) {
    const message = `✗ ${file} is left as it is, because it cannot be parsed: ${(error as Error).message}`;
    print(`${style.red(wrap(message, columns, 2))}\n`);
    return undefined;
  }
  const isChanged = migration.text !== text;
  // Without the line of "=" before it, and the line break at its end.
  const diff = createTwoFilesPatch(`a/${file}`, `b/${file}`, text, migration.text, undefined, undefined, {
    context: 3,
  });
  const lines = isChanged ? diff.split("\n").slice(1, -1) : [];
  const colours: Readonly<Record<string, (line: string) => string>> = {
    "-": style.red,
    "+": style.green,
    "@": style.cyan,
  };
  for (const line of lines) print((colours[line[0] ?? ""] ?? String)(plain(line)));
  for (const { line, text: note } of migration.notes)
    print(wrap(`${style.yellow("!")} ${file}:${line}: ${note}.`.replace("..", "."), columns, 2));
  if (isChanged || migration.notes.length > 0) print("");
  return { file, migrated: migration.text, isChanged };
}

function verdict(files: number, changed: number, isWritten: boolean): string {
  const of = `${changed} of ${files} file${files === 1 ? "" : "s"}`;
  if (changed === 0)
    return "Nothing to change: no step uses an official action that this command can replace.";
  return isWritten ? `Changed ${of}.` : `${of} would change. To change them: the same command with --write`;
}

const options = defineOptions({
  write: { help: "change the files; without it, only the difference is shown" },
  login: { help: "also rewrite configure-aws-credentials to log-in-to-aws" },
  repository: {
    value: "OWNER/NAME",
    parse: ownerAndName,
    help: "use the actions of this repository, such as a fork",
  },
});

const command = {
  name: "migrate",
  usage: "ecs-delivery migrate [.github/workflows or FILE ...] [options]",
  about: `Rewrites the steps of AWS's own actions to those of ecs-delivery, with all other lines as they are. Inputs get
their names here where both mean the same; the others still work and are listed. A job that runs docker build next to
credentials becomes two jobs where that is safe.`,
  options,
};

function ownerAndName(text: string): string {
  if (/^[\w.-]+\/[\w.-]+$/.test(text)) return text;
  throw new Error("is not OWNER/NAME, such as octo/ecs-delivery");
}
