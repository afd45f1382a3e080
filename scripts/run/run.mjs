// @ts-check
import { existsSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseCommandLine, Refusal, refused, restoreFromNpm, textOf } from "./command-line.mjs";
import { installDatabaseServer, lacksDatabaseServer } from "./database-server.mjs";
import { arePackagesInstalled, installPackages } from "./packages.mjs";
import { startProgram } from "./start-program.mjs";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * Checks everything first, then installs what is missing, then starts the program.
 * @param {string[]} argv
 */
export async function run(argv) {
  const needsDatabase = argv[0] === "--database";
  const [program = "", ...given] = needsDatabase ? argv.slice(1) : argv;
  const command = await commandOf(program);
  try {
    requireHome(process.env);
    const programArguments = command ? restoreFromNpm(command, given, process.env) : given;
    if (command) {
      const values = parseCommandLine(command, programArguments);
      const text = textOf(command, values, process.stdout.columns);
      if (text !== undefined) return console.log(text);
      await command.check?.(values, root);
    }
    const databaseIsMissing = needsDatabase && lacksDatabaseServer(process.env);
    if (!arePackagesInstalled(root)) await installPackages(root);
    if (databaseIsMissing) await installDatabaseServer();
    startProgram(root, program, programArguments, command);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    console.error(`${command?.name ?? program}: ${error.message}`);
    process.exit(refused);
  }
}

/**
 * npm would create folders in the clone.
 * @param {NodeJS.ProcessEnv} environment
 */
function requireHome({ HOME }) {
  if (HOME !== undefined && !isAbsolute(HOME))
    throw new Refusal(
      `HOME is "${HOME}", which is no folder. Fix: set HOME to your home folder, or unset it`,
    );
}

/**
 * The options of a program that has them described next to it.
 * @param {string} program
 * @returns {Promise<import("./command-line.mjs").Command | undefined>}
 */
async function commandOf(program) {
  const file = join(root, dirname(program), "options.mjs");
  return existsSync(file) ? (await import(pathToFileURL(file).href)).command : undefined;
}
