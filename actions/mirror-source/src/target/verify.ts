import { Failure } from "../../../shared/failure.ts";
import { createPace } from "../../../shared/pace.ts";
import type { MirrorWorld } from "../context.ts";
import type { Target } from "./open-target.ts";
import { moved } from "./push.ts";
import { readHead } from "./read-head.ts";

/** The API that shows pushes may be this much behind the Git server. */
const patienceMs = 30_000;

/** Returns only if CodeCommit's API shows the commit as the branch's head. */
export async function verify(world: MirrorWorld, target: Target, commit: string): Promise<void> {
  const deadlineAt = world.clock.now() + patienceMs;
  const pace = createPace();
  for (;;) {
    const head = await readHead(world, target);
    if (head === commit) return;
    if (head !== target.head) throw moved({ ...target, head: commit }, head);
    if (world.clock.now() >= deadlineAt) break;
    await world.clock.wait(pace.next(false), world.signal);
  }
  throw new Failure(
    `${target.branch} of ${target.repository} does not have ${commit}, although git reported that it pushed it`,
    {
      nextStep: "check the branch in the CodeCommit console, and run the job again.",
    },
  );
}
