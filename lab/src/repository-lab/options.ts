import type { TaskRuntimeKind } from "@ecs-delivery/simulator/runtime/tasks/runtime";
import type { RunnerOptions } from "../runner/jobs/run-context.ts";
import type { OwnPackage } from "../runner/load/sources.ts";
import type { NetworkAccess } from "../sandbox/open-sandbox.ts";
import type { Progress } from "../story/progress.ts";
import type { EventName } from "./triggers.ts";

/** What a user asked of `ecs-delivery lab`. */
export interface LabOptions extends Pick<RunnerOptions, "fetchFrom"> {
  /** A folder of the repository. */
  directory: string;
  once: boolean;
  /** Whether to run without a question. */
  yes: boolean;
  workflow: string | undefined;
  event: EventName | undefined;
  /** Workflows to run manually first. */
  before: readonly string[];
  inputs: Record<string, string>;
  secrets: Record<string, string>;
  variables: Record<string, string>;
  network: NetworkAccess;
  mirrors: Record<string, string>;
  own: OwnPackage;
  defaultPermissions: "read" | "write";
  port: number;
  pagePort: number;
  listenerOffset: number;
  /** Undefined selects the one of the runtime. */
  timeScale: number | undefined;
  /** Undefined selects containers where an engine responds. */
  runtime: TaskRuntimeKind | undefined;
  junit: string | undefined;
  json: string | undefined;
}

/** What all parts of a rehearsal share. */
export interface Session {
  progress: Progress;
  /** Ends what they started. */
  ends: AsyncDisposableStack;
  /** Aborts when the user ends the rehearsal. */
  signal: AbortSignal;
}
