import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { explainAwsError } from "@ecs-delivery/actions/core/aws-errors";
import { annotationText, Failure } from "@ecs-delivery/actions/core/failure";
import { nearestName } from "@ecs-delivery/actions/core/nearest-name";
import { Refusal, refused } from "@ecs-delivery/program/command-line";
import { wrap } from "@ecs-delivery/program/wrap";
import { listActions, readActionFile } from "./actions/action-file.ts";
import { actionCommand } from "./actions/command.ts";
import { inCommandLine } from "./actions/run-action.ts";
import { openTerminal, type Terminal } from "./terminal/style.ts";

/** Folder of the installed package, or of the clone in which npm runs this file. */
const packageFolder = new URL("../../", import.meta.url);
const actions = fileURLToPath(new URL("actions/", packageFolder));

interface Package {
  readonly version: string;
  /** Its address on GitHub; a clone's package.json has none. */
  readonly repository?: { readonly url: string };
}

/** A command of the command line itself; resolves to its exit code. */
type Command = (argv: readonly string[], repository: string) => number | Promise<number>;

const commands: Readonly<Record<string, { readonly about: string; readonly run: Command }>> = {
  lab: {
    about: "Rehearse this repository's workflows on a simulated AWS",
    run: async (argv) => {
      if (argv.some((each) => /^--(?:course|clinic|seed|phase|way|work)(?:=|$)/.test(each)))
        return (await import("@ecs-delivery/lab/story/run-lab")).runLab(argv);
      const { runRepositoryLab } = await import("@ecs-delivery/lab/repository-lab/run-repository-lab");
      return runRepositoryLab(argv, fileURLToPath(packageFolder));
    },
  },
  watch: {
    about: "Serve a live page of a cluster's services, which only reads the account",
    run: async (argv) => (await import("./watch/command.ts")).watchCommand(argv),
  },
  course: {
    about: "Lead through the course in your account, which it only reads",
    run: async (argv) => (await import("./course/command.ts")).courseCommand(argv),
  },
  init: {
    about: "Write workflow and definition files for an existing ECS service",
    run: async (...given) => (await import("./init/command.ts")).initCommand(actions, ...given),
  },
  export: {
    about: "Print one document of a service, from which the lab makes a copy",
    run: async (argv) => (await import("./export/command.ts")).exportCommand(argv),
  },
  permissions: {
    about: "Print the least policy for a workflow or an action, or check a role for it",
    run: async (argv) => (await import("./permissions/command.ts")).permissionsCommand(actions, argv),
  },
  migrate: {
    about: "Rewrite the steps of AWS's own actions in workflows to these",
    run: async (...given) => (await import("./migrate/command.ts")).migrateCommand(actions, ...given),
  },
  comment: {
    about: "Comment a Markdown file on the pull request of a workflow's run",
    run: async (argv) => (await import("./comment/command.ts")).commentCommand(argv),
  },
};

/** Runs a command line; resolves to the exit code. */
async function main([name, ...argv]: readonly string[]): Promise<number> {
  const { version, repository } = JSON.parse(
    readFileSync(new URL("package.json", packageFolder), "utf8"),
  ) as Package;
  const terminal = openTerminal(process.stdout, process.env);
  if (name === "help" && argv[0]) return main([argv[0], "--help"]);
  if (name === undefined || ["--help", "-h", "help", "--version", "-v"].includes(name)) {
    terminal.print(name === "--version" || name === "-v" ? version : usage(terminal, version));
    return name === undefined ? refused : 0;
  }
  const ownerAndName = repository?.url.replace(/^.*github\.com\/|\.git$/g, "") ?? "OWNER/ecs-delivery";
  if (Object.hasOwn(commands, name)) return (commands[name] as { run: Command }).run(argv, ownerAndName);
  if (name.startsWith("-")) throw new Refusal(unknownOption(name));
  const names = listActions(actions);
  if (names.includes(name)) return actionCommand(actions, name, argv, ownerAndName);
  const near = nearestName(name, [...names, ...Object.keys(commands)]);
  throw new Refusal(
    `unknown command "${name}".${near ? ` Did you mean ${near}?` : ""} All commands: ecs-delivery --help`,
  );
}

function unknownOption(name: string): string {
  const near = nearestName(name, ["--help", "--version"]);
  return `unknown option ${name}.${near ? ` Did you mean ${near}?` : ""} The options of a command come after its name: ecs-delivery COMMAND --help`;
}

function usage({ columns, style }: Terminal, version: string): string {
  const row = (name: string, text: string) => wrap(`  ${name.padEnd(24)}${text}`, columns, 26);
  const runnable = listActions(actions).flatMap((name) => {
    const { entries, description } = readActionFile(actions, name);
    return entries ? [row(name, description)] : [];
  });
  const others = Object.entries(commands).map(([name, { about }]) => row(name, about));
  return [
    `${style.bold(`ecs-delivery ${version}`)}: deliver services to Amazon ECS, and see why a deployment fails`,
    `${style.bold("Usage:")} ecs-delivery COMMAND [options]`,
    `${style.bold("Actions, as in a workflow:")}\n${runnable.join("\n")}`,
    `${style.bold("Others:")}\n${others.join("\n")}`,
    wrap(
      "The options of a command: ecs-delivery COMMAND --help. Exit code 0: it succeeded; 1: it failed; 2: the command line is wrong; 130: it was cancelled.",
      columns,
    ),
  ].join("\n\n");
}

/** Returns the sentence for a bad command line and for what AWS refuses; any other error is a bug and is thrown. */
function messageOf(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  const failure = error instanceof Failure ? error : explainAwsError(error);
  if (!failure) throw error;
  return inCommandLine(annotationText(failure));
}

// A reader such as `head` may close the pipe; the command still ends its work.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const terminal = openTerminal(process.stderr, process.env);
  terminal.print(wrap(`ecs-delivery: ${messageOf(error)}`, terminal.columns));
  process.exitCode = error instanceof Refusal ? refused : 1;
}
