import type { ECRClient } from "@aws-sdk/client-ecr";
import { createJobWorld, type JobWorld } from "../world.ts";
import { createEcr } from "./ecr-client.ts";

/** What looking into any registry takes. */
export interface RegistryWorld extends JobWorld {
  /** A client of the job's region, or of the one that a registry is in. */
  readonly createEcr: (region?: string) => Promise<ECRClient>;
}

export function createRegistryWorld(signal: AbortSignal): RegistryWorld {
  return { ...createJobWorld(signal), createEcr };
}
