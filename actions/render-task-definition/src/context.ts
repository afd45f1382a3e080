import { ECSClient } from "@aws-sdk/client-ecs";
import type { JobContext } from "../../core/context.ts";
import { createRegistryContext, type RegistryContext } from "../../registry/ecr-login.ts";

/** Clients and context for rendering; nothing below reads time, the network or the environment otherwise. */
export interface RenderContext extends RegistryContext {
  readonly ecs: ECSClient;
}

export function openRendering(job: JobContext): RenderContext {
  return { ...createRegistryContext(job), ecs: new ECSClient() };
}
