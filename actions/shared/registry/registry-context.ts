import type { ECRClient } from "@aws-sdk/client-ecr";
import type { JobContext } from "../context.ts";
import { createEcr } from "./ecr-client.ts";

/** Context for reading any registry. */
export interface RegistryContext extends JobContext {
  /** Returns a client of the job's region, or of the registry's. */
  readonly createEcr: (region?: string) => Promise<ECRClient>;
}

export function createRegistryContext(job: JobContext): RegistryContext {
  return { ...job, createEcr };
}
