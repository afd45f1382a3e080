import type { ECRClient } from "@aws-sdk/client-ecr";
import { createJobWorld, type JobWorld } from "../world.ts";
import { createEcr } from "./ecr-client.ts";

/** Context for reading any registry. */
export interface RegistryWorld extends JobWorld {
  /** Returns a client of the job's region, or of the registry's. */
  readonly createEcr: (region?: string) => Promise<ECRClient>;
}

export function createRegistryWorld(signal: AbortSignal): RegistryWorld {
  return { ...createJobWorld(signal), createEcr };
}
