import { describeFailure, openLog, readLogLevel } from "./log.ts";
import type { Command, ServiceProgram } from "./service-program.ts";

/** Each loads what it needs, so that a health check every few seconds does not load the database's driver. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import("./commands/serve.ts")).serve,
  migrate: async () => (await import("./commands/change-database.ts")).migrateDatabase,
  seed: async () => (await import("./commands/change-database.ts")).seedSuppliers,
  health: async () => (await import("./commands/check-health.ts")).checkHealth,
};

/**
 * Runs the command that the program's first argument names, `serve` without any, and ends the process with 0, or
 * with 1 after one line of the log that ends in a sentence. As a service it runs until SIGTERM or SIGINT.
 */
export async function startService(program: ServiceProgram): Promise<void> {
  const { name, version, process } = program;
  const [command = "serve", ...args] = process.argv.slice(2);
  const log = openLog({ service: name, version });
  process.once("exit", () => log.flush());
  const end = (what: string, error: unknown, facts: object) => {
    log.fatal(facts, `${name} ${what}: ${describeFailure(error).message}`);
    process.exit(1);
  };
  process.once("uncaughtException", (error) => end("crashed", error, { error: describeFailure(error) }));
  try {
    log.setLevel(readLogLevel(process.env));
    const load = Object.hasOwn(commands, command) ? commands[command] : undefined;
    if (!load)
      throw new Error(`unknown command "${command}"; the commands are ${Object.keys(commands).join(", ")}`);
    await (await load())(program, log, args);
    log.flush();
  } catch (error) {
    end(`${command} failed`, error, isSentence(error) ? {} : { error: describeFailure(error) });
  }
}

/**
 * An error that the service throws is a complete sentence, and the system's messages are too; for any other its place
 * in the program matters.
 */
const isSentence = (error: unknown) =>
  error instanceof Error && (error.constructor === Error || "code" in error);
