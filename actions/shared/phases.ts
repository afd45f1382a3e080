import { getState, saveState } from "@actions/core";

/** Modules of an action with a post step, each loaded only in its own phase. */
interface Phases {
  readonly step: () => Promise<{ main(): Promise<void> }>;
  readonly post: () => Promise<{ finishPost(): Promise<void> }>;
}

/**
 * Runs the current phase. The runner starts the entry twice: for the step itself, and after the job's steps as its post
 * step.
 */
export async function runPhase({ step, post }: Phases): Promise<void> {
  if (getState("phase") === "post") {
    const { finishPost } = await post();
    return finishPost();
  }
  saveState("phase", "post");
  const { main } = await step();
  await main();
}
