import { CodeCommitClient } from "@aws-sdk/client-codecommit";
import { createJobWorld, type JobWorld } from "../../shared/world.ts";

/** Clients and context for mirroring; nothing below reads time, the network or the environment otherwise. */
export interface MirrorWorld extends JobWorld {
  readonly codecommit: CodeCommitClient;
  /** Folder of the checked-out repository. */
  readonly folder: string;
}

export function createMirrorWorld(signal: AbortSignal): MirrorWorld {
  return { ...createJobWorld(signal), codecommit: new CodeCommitClient(), folder: process.cwd() };
}
