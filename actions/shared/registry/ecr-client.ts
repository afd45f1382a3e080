import type { ECRClient } from "@aws-sdk/client-ecr";

/** Loaded only when it is needed; a client of the job's region, or of the registry's. */
export async function createEcr(region?: string): Promise<ECRClient> {
  const { ECRClient } = await import("@aws-sdk/client-ecr");
  return new ECRClient(region === undefined ? {} : { region });
}
