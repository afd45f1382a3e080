import { Failure } from "../../../shared/failure.ts";
import { createPace } from "../../../shared/pace.ts";
import type { MirrorContext } from "../context.ts";
import type { Target } from "./open-target.ts";
import { moved } from "./push.ts";
import { readHead } from "./read-head.ts";

/** The API that shows pushes may be this much behind the Git server. */
const toleranceMs = 30_000;

/** Returns only if CodeCommit's API shows the commit as the branch's head. */
export async function verify(context: MirrorContext, target: Target, commit: string): Promise<void> {
  const deadlineAt = context.clock.now() + toleranceMs;
  const pace = createPace();
  for (;;) {
    const head = await readHead(context, target);
    if (head === commit) return;
    if (head !== target.head) throw moved({ ...target, head: commit }, head);
    if (context.clock.now() >= deadlineAt) break;
    await context.clock.wait(pace.next(false), context.signal);
  }
  throw new Failure(
    `${target.branch} of ${target.repository} does not have ${commit}, although git reported that it pushed it`,
    {
      nextStep: "check the branch in the CodeCommit console, and run the job again.",
    },
  );
}
