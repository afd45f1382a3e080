// @ts-check

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  parseCommandLine,
  Refusal,
  refused,
  restoreFromNpm,
  textOf,
  withoutNpmOptions,
} from "./command-line.mjs";
import { provideDatabaseServer } from "./database.mjs";
import { arePackagesInstalled, installPackages } from "./packages.mjs";

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
    const values = command ? parseCommandLine(command, programArguments) : {};
    if (command) {
      const text = textOf(command, values, process.stdout.columns);
      if (text !== undefined) return console.log(text);
      await command.check?.(values, root);
    }
    if (needsDatabase) provideDatabaseServer(values.database);
    if (!arePackagesInstalled(root)) await installPackages(root);
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
      `HOME is "${HOME}", which is not a folder. Fix: set HOME to your home folder, or unset it`,
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

/** Time after which a program that was asked to end counts as hanging. */
const endsWithinMs = 9000;

/**
 * Runs the program on the installed Node 24, in place of this process as far as that goes.
 * @param {string} root
 * @param {string} program
 * @param {string[]} programArguments
 * @param {import("./command-line.mjs").Command | undefined} command
 */
export function startProgram(root, program, programArguments, command) {
  const bin = join(root, "node_modules", ".bin");
  const child = spawn(join(bin, "node"), [join(root, program), ...programArguments], {
    // The channel shows a command that this process is gone, however it ended.
    stdio: ["inherit", "inherit", "inherit", ...(command ? [/** @type {const} */ ("ipc")] : [])],
    env: {
      ...(command ? withoutNpmOptions(command, process.env) : process.env),
      PATH: `${bin}${delimiter}${process.env.PATH ?? ""}`,
      // Node keeps the compiled form of 1,000 modules: a third of the time of a start.
      ...(command ? { NODE_COMPILE_CACHE: join(root, "node_modules", ".cache", "compiled") } : {}),
    },
  });
  child.on("error", (error) => {
    console.error(`${join(bin, "node")} did not start: ${error.message}`);
    process.exit(1);
  });
  let asked = false;
  const end = (/** @type {NodeJS.Signals} */ signal) => {
    child.kill(signal);
    if (command && !asked) setTimeout(() => child.kill("SIGKILL"), endsWithinMs).unref();
    asked = true;
  };
  // A terminal sends Ctrl-C to the child as well; a CI system sends its signals only here.
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) process.on(signal, end);
  if (command && process.env.npm_lifecycle_event === command.name) whenOrphaned(() => end("SIGTERM"));
  child.on("exit", (code, signal) => {
    if (signal && !asked) console.error(`${program} was ended by ${signal}`);
    process.exit(code ?? 1);
  });
}

/**
 * npm passes on SIGINT and SIGTERM. When another signal ends it, no process waits for this one.
 * @param {() => void} action
 */
function whenOrphaned(action) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    action();
  }, 500);
  timer.unref();
}
