import { checkHealth } from "./commands/check-health.ts";
import { migrateDatabase } from "./commands/migrate-database.ts";
import { seedSuppliers } from "./commands/seed-suppliers.ts";
import { serve } from "./commands/serve.ts";
import type { ServiceProgram } from "./service-program.ts";

const commands = { serve, migrate: migrateDatabase, seed: seedSuppliers, health: checkHealth };

/**
 * Runs the command that the program's first argument names, `serve` without any, and ends the process with 0, or
 * with 1 after one sentence on stderr. As a service it runs until SIGTERM or SIGINT.
 */
export async function startService(program: ServiceProgram): Promise<void> {
  const { name, process } = program;
  const [command = "serve", ...args] = process.argv.slice(2);
  try {
    if (!Object.hasOwn(commands, command))
      throw new Error(
        `there is no command "${command}"; the commands are ${Object.keys(commands).join(", ")}`,
      );
    await commands[command as keyof typeof commands](program, args);
  } catch (error) {
    console.error(`${name} ${command} failed: ${error instanceof Error ? error.message : error}`);
    process.exit(1);
  }
}
