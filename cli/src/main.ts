import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { nearestName } from "../../actions/shared/nearest-name.ts";
import { wrap } from "../../scripts/run/wrap.mjs";
import { listActions, readActionFile } from "./actions/action-file.ts";
import { actionCommand } from "./actions/command.ts";
import { openTerminal, type Terminal } from "./terminal/style.ts";
import { UsageError } from "./usage-error.ts";

/** Folder of the installed package. */
const packageFolder = new URL("../", import.meta.url);
const actions = fileURLToPath(new URL("actions/", packageFolder));

interface Package {
  readonly version: string;
  /** `owner/name` on GitHub. */
  readonly repository: { readonly url: string };
}

/** Runs a command line; resolves to the exit code. */
async function main([command, ...argv]: readonly string[]): Promise<number> {
  const { version, repository } = JSON.parse(
    readFileSync(new URL("package.json", packageFolder), "utf8"),
  ) as Package;
  const terminal = openTerminal(process.stdout, process.env);
  if (command === "--version" || command === "-v") {
    terminal.print(version);
    return 0;
  }
  if (command === undefined || command === "--help" || command === "-h" || command === "help") {
    terminal.print(usage(terminal, version));
    return command === undefined ? 2 : 0;
  }
  const names = listActions(actions);
  if (names.includes(command))
    return actionCommand(actions, command, argv, repository.url.replace(/^.*github\.com\/|\.git$/g, ""));
  const near = nearestName(command, names);
  throw new UsageError(
    `there is no command "${command}".${near ? ` Did you mean ${near}?` : ""} All commands: ecs-delivery --help`,
  );
}

function usage({ columns, style }: Terminal, version: string): string {
  const row = (name: string, text: string) => wrap(`  ${name.padEnd(24)}${text}`, columns, 26);
  const runnable = listActions(actions).flatMap((name) => {
    const { entries, description } = readActionFile(actions, name);
    return entries ? [row(name, description)] : [];
  });
  return [
    `${style.bold(`ecs-delivery ${version}`)}: deliver services to Amazon ECS, and see why a deployment fails`,
    `${style.bold("Usage:")} ecs-delivery COMMAND [options]`,
    `${style.bold("Actions, as in a workflow:")}\n${runnable.join("\n")}`,
    wrap(
      "The options of a command: ecs-delivery COMMAND --help. Exit code 0: it succeeded; 1: it failed; 2: the command line is wrong; 130: it was cancelled.",
      columns,
    ),
  ].join("\n\n");
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  const terminal = openTerminal(process.stderr, process.env);
  terminal.print(wrap(`ecs-delivery: ${error.message}`, terminal.columns));
  process.exitCode = 2;
}
