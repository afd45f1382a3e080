import * as core from "@actions/core";
import type { ECRClient } from "@aws-sdk/client-ecr";
import type { ECRPUBLICClient } from "@aws-sdk/client-ecr-public";
import { type Clock, systemClock } from "../../shared/clock.ts";
import type { Log } from "../../shared/log.ts";

/** What building works with; nothing below reads time, the network or the environment otherwise. */
export interface BuildEnvironment {
  /** A client of the job's region, or of the one that a registry is in. */
  readonly createEcr: (region?: string) => Promise<ECRClient>;
  readonly createEcrPublic: () => Promise<ECRPUBLICClient>;
  readonly variables: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly log: Log;
  /** Folds what is logged meanwhile under a title. */
  readonly group: <Result>(title: string, run: () => Promise<Result>) => Promise<Result>;
  readonly mask: (secret: string) => void;
  readonly signal: AbortSignal;
}

/** Public ECR's API has this region only. Source: AWS General Reference, "Amazon ECR Public endpoints". */
const publicEcrRegion = "us-east-1";

export function createBuildEnvironment(signal: AbortSignal): BuildEnvironment {
  return {
    createEcr: async (region) => {
      const { ECRClient } = await import("@aws-sdk/client-ecr");
      return new ECRClient(region === undefined ? {} : { region });
    },
    createEcrPublic: async () => {
      const { ECRPUBLICClient } = await import("@aws-sdk/client-ecr-public");
      return new ECRPUBLICClient({ region: publicEcrRegion });
    },
    variables: process.env,
    clock: systemClock,
    log: core,
    group: core.group,
    mask: core.setSecret,
    signal,
  };
}
