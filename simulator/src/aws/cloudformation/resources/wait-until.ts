import type { ResourceContext } from "./resource-type.ts";

/** AWS time between two looks at a resource that is being made or removed. */
const pollMs = 2000;

/** Resolves once `done` answers true; rejects with what it throws, or when the stack's operation is given up. */
export async function waitUntil(context: ResourceContext, done: () => Promise<boolean>): Promise<void> {
  while (!(await done())) await context.environment.clock.wait(pollMs, context.signal);
}
