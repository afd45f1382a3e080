import { CodeCommitClient } from "@aws-sdk/client-codecommit";
import type { JobContext } from "../../core/context.ts";

/** Clients and context for mirroring; nothing below reads time, the network or the environment otherwise. */
export interface MirrorContext extends JobContext {
  readonly codecommit: CodeCommitClient;
  /** Folder of the checked-out repository. */
  readonly folder: string;
}

export function openMirror(job: JobContext): MirrorContext {
  return { ...job, codecommit: new CodeCommitClient(), folder: process.cwd() };
}
