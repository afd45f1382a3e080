import type { ECRClient } from "@aws-sdk/client-ecr";
import { ECSClient } from "@aws-sdk/client-ecs";
import { createEcr } from "../../shared/registry/ecr-client.ts";
import { createJobWorld, type JobWorld } from "../../shared/world.ts";

/** Clients and context for rendering; nothing below reads time, the network or the environment otherwise. */
export interface RenderWorld extends JobWorld {
  readonly ecs: ECSClient;
  /** Loaded only to pin images; a client of the job's region, or of a registry's. */
  readonly createEcr: (region?: string) => Promise<ECRClient>;
}

export function createRenderWorld(signal: AbortSignal): RenderWorld {
  return { ...createJobWorld(signal), ecs: new ECSClient(), createEcr };
}
