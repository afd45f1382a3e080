import { setTimeout as wait } from "node:timers/promises";
import type { Hono } from "hono";
import { readConfiguration } from "./configuration.ts";
import { openDatabase } from "./database.ts";
import { startWebServer } from "./server.ts";
import type { SupplierStore } from "./supplier-queries.ts";

export interface ServiceOptions {
  readonly name: string;
  /** Loaded only now, so that an error while a module of the app is evaluated is reported like any other. */
  readonly loadApp: () => Promise<{
    createApp(parts: { suppliers: SupplierStore; log: (line: string) => void }): Hono;
  }>;
  readonly process: NodeJS.Process;
}

/**
 * Runs a service until SIGTERM or SIGINT, then drains it and exits with 0 (1 when requests had to be cut off).
 * A start that fails writes one sentence to stderr and exits with 1.
 */
export async function startService({ name, loadApp, process }: ServiceOptions): Promise<void> {
  const log = (line: string) => console.error(line);
  // Registered before anything else: as the first process of a container, Node ignores a signal without handler.
  let stop: () => unknown = () => process.exit(0);
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop());
  process.once("uncaughtException", (error) => {
    log(`${name} crashed: ${error.stack}`);
    process.exit(1);
  });
  try {
    const configuration = readConfiguration(process.env);
    const { createApp } = await loadApp();
    const database = await openDatabase(configuration.database, wait);
    const server = await startWebServer(
      createApp({ suppliers: database.suppliers, log }),
      configuration.port,
    );
    console.log(`${name} listens on port ${configuration.port}`);
    stop = async () => {
      console.log(`${name} drains`);
      const allAnswered = await server.drain();
      if (!allAnswered) log(`${name} cut off requests that took too long`);
      await database.close();
      process.exit(allAnswered ? 0 : 1);
    };
  } catch (error) {
    log(`${name} did not start: ${error instanceof Error ? error.message : error}`);
    process.exit(1);
  }
}
