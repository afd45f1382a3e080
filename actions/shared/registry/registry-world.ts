import type { ECRClient } from "@aws-sdk/client-ecr";
import type { ECRPUBLICClient } from "@aws-sdk/client-ecr-public";
import { createJobWorld, type JobWorld } from "../world.ts";
import { createEcr } from "./ecr-client.ts";

/** What looking into any registry takes. */
export interface RegistryWorld extends JobWorld {
  /** A client of the job's region, or of the one that a registry is in. */
  readonly createEcr: (region?: string) => Promise<ECRClient>;
  readonly createEcrPublic: () => Promise<ECRPUBLICClient>;
}

/** Public ECR's API has this region only. Source: AWS General Reference, "Amazon ECR Public endpoints". */
const publicEcrRegion = "us-east-1";

export function createRegistryWorld(signal: AbortSignal): RegistryWorld {
  return {
    ...createJobWorld(signal),
    createEcr,
    createEcrPublic: async () => {
      const { ECRPUBLICClient } = await import("@aws-sdk/client-ecr-public");
      return new ECRPUBLICClient({ region: publicEcrRegion });
    },
  };
}
