import { group } from "@actions/core";
import type { ECRClient } from "@aws-sdk/client-ecr";
import type { ECRPUBLICClient } from "@aws-sdk/client-ecr-public";
import { createEcr } from "../../shared/registry/ecr-client.ts";
import { createJobWorld, type JobWorld } from "../../shared/world.ts";

/** What building works with; nothing below reads time, the network or the environment otherwise. */
export interface BuildEnvironment extends JobWorld {
  /** A client of the job's region, or of the one that a registry is in. */
  readonly createEcr: (region?: string) => Promise<ECRClient>;
  readonly createEcrPublic: () => Promise<ECRPUBLICClient>;
  /** Folds what is logged meanwhile under a title. */
  readonly group: <Result>(title: string, run: () => Promise<Result>) => Promise<Result>;
}

/** Public ECR's API has this region only. Source: AWS General Reference, "Amazon ECR Public endpoints". */
const publicEcrRegion = "us-east-1";

export function createBuildEnvironment(signal: AbortSignal): BuildEnvironment {
  return {
    ...createJobWorld(signal),
    createEcr,
    createEcrPublic: async () => {
      const { ECRPUBLICClient } = await import("@aws-sdk/client-ecr-public");
      return new ECRPUBLICClient({ region: publicEcrRegion });
    },
    group,
  };
}
