import type { ActionRun } from "../../aws/codepipeline/execution.ts";
import type { PipelineRecord } from "../../aws/codepipeline/state.ts";
import type { Environment } from "../../environment.ts";

/** An action being performed. */
export interface ActionJob {
  readonly environment: Environment;
  readonly record: PipelineRecord;
  /** What it shows while it is in progress is written here. */
  readonly run: ActionRun;
  /** Every variable in it is resolved. */
  readonly configuration: Readonly<Record<string, string>>;
  /** Aborted when the action is abandoned, out of time, or the simulator closes. */
  readonly signal: AbortSignal;
}

/** What a source has now, or what an execution was told to take. */
export interface FoundRevision {
  /** A commit id, an image's digest, an object's version id. */
  readonly id: string;
  readonly summary?: string | undefined;
  readonly url?: string | undefined;
  readonly created?: Date | undefined;
}

export interface ActionResult {
  readonly summary?: string | undefined;
  readonly variables?: Readonly<Record<string, string>>;
  /** Of sources only: what they found, and the archive that later actions get. */
  readonly source?: { readonly revision: FoundRevision; readonly artifact: Uint8Array };
}

/** Performs an action of one provider. Rejects with an ActionFailure, or with its signal's reason. */
export type Perform = (job: ActionJob) => Promise<ActionResult>;
