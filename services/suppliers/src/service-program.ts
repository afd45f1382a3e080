import type { Hono } from "hono";
import type { TableRight } from "./database/migrate.ts";
import type { ProcessLog } from "./log.ts";
import type { Site } from "./pages/layout.ts";
import type { SiteParts } from "./site.ts";

/** A service as its entry file describes it. */
export interface ServiceProgram {
  readonly name: string;
  /** Version of its package, shown in logs and by `/health`. */
  readonly version: string;
  /** The TCP port it listens on when APP_PORT does not say. */
  readonly port: number;
  /** All of its operations on the suppliers' table: `migrate` grants its account no more. */
  readonly rights: readonly TableRight[];
  /** Loaded only when needed, so that an error while a module of the app is evaluated is reported like any other. */
  readonly loadApp: () => Promise<{ readonly site: Site; createApp(parts: SiteParts): Hono }>;
  readonly process: NodeJS.Process;
}

/** A command of the program. It reports to the log, and rejects with one sentence when it fails. */
export type Command = (program: ServiceProgram, log: ProcessLog, args: string[]) => Promise<void>;
