import type { ECRClient } from "@aws-sdk/client-ecr";
import { ECSClient } from "@aws-sdk/client-ecs";
import type { JobContext } from "../../core/context.ts";
import { createEcr } from "../../registry/ecr-login.ts";

/** Clients and context for rendering; nothing below reads time, the network or the environment otherwise. */
export interface RenderContext extends JobContext {
  readonly ecs: ECSClient;
  /** Loaded only to pin images; a client of the job's region, or of a registry's. */
  readonly createEcr: (region?: string) => Promise<ECRClient>;
}

export function openRendering(job: JobContext): RenderContext {
  return { ...job, ecs: new ECSClient(), createEcr };
}
