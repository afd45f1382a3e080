import * as core from "@actions/core";
import { CodeCommitClient } from "@aws-sdk/client-codecommit";
import { type Clock, systemClock } from "../../shared/clock.ts";
import type { Log } from "../../shared/log.ts";

/** What mirroring works with; nothing below reads time, the network or the environment otherwise. */
export interface MirrorWorld {
  readonly codecommit: CodeCommitClient;
  /** Folder of the checked-out repository. */
  readonly folder: string;
  readonly variables: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly log: Log;
  readonly mask: (secret: string) => void;
  readonly signal: AbortSignal;
}

export function createMirrorWorld(signal: AbortSignal): MirrorWorld {
  return {
    codecommit: new CodeCommitClient(),
    folder: process.cwd(),
    variables: process.env,
    clock: systemClock,
    log: core,
    mask: core.setSecret,
    signal,
  };
}
