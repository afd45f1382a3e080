import * as core from "@actions/core";
import type { ECRClient } from "@aws-sdk/client-ecr";
import { ECSClient } from "@aws-sdk/client-ecs";
import { type Clock, systemClock } from "../../shared/clock.ts";
import type { Log } from "../../shared/log.ts";

/** What rendering works with; nothing below reads time, the network or the environment otherwise. */
export interface RenderWorld {
  readonly ecs: ECSClient;
  /** Loaded only to pin images; a client of the job's region, or of the one that a registry is in. */
  readonly createEcr: (region?: string) => Promise<ECRClient>;
  readonly variables: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly log: Log;
  readonly mask: (secret: string) => void;
  readonly signal: AbortSignal;
}

export function createRenderWorld(signal: AbortSignal): RenderWorld {
  return {
    ecs: new ECSClient(),
    createEcr: async (region) => {
      const { ECRClient } = await import("@aws-sdk/client-ecr");
      return new ECRClient(region === undefined ? {} : { region });
    },
    variables: process.env,
    clock: systemClock,
    log: core,
    mask: core.setSecret,
    signal,
  };
}
