import type { ResourceContext } from "./resource-type.ts";

/** AWS time between two checks of a resource that is being created or removed. */
const pollMs = 2000;

/** Resolves once `done` returns true; rejects with its error, or when the stack's operation is cancelled. */
export async function waitUntil(context: ResourceContext, done: () => Promise<boolean>): Promise<void> {
  while (!(await done())) await context.environment.clock.wait(pollMs, context.signal);
}
