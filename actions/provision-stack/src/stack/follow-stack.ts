import type { StackEvent } from "@aws-sdk/client-cloudformation";
import { Failure } from "../../../core/failure.ts";
import { createPace } from "../../../core/pace.ts";
import type { ProvisionContext } from "../context.ts";
import { countDone, readEvents, sayEvent } from "./events.ts";
import { describeStack } from "./stack.ts";

export interface Followed {
  readonly status: string;
  readonly statusReason: string | undefined;
  /** Oldest first. */
  readonly events: readonly StackEvent[];
}

export interface Target {
  readonly stackName: string;
  readonly stackId: string;
  /** Id of the newest event before the operation began; undefined for a stack that had none. */
  readonly after: string | undefined;
  /** Logical ids of the operation's resources, for the progress in the log. */
  readonly resources?: ReadonlySet<string>;
  /**
   * Called when the job is cancelled: decides what happens to the operation, and returns it as the end of a sentence.
   */
  readonly giveUp?: () => Promise<string>;
}

/** Resources of a stack follow each other within seconds, and a stack that waits for another waits for this poll. */
const fastestMs = 1_000;

type Following = Pick<ProvisionContext, "cloudformation" | "clock" | "log" | "signal">;

/** Follows a stack until its operation ends, and logs every new event. */
export async function followStack(context: Following, target: Target): Promise<Followed> {
  try {
    return await follow(context, target);
  } catch (error) {
    if (!context.signal.aborted) throw error;
    const fate = (await target.giveUp?.()) ?? "continues in AWS";
    const reason = (context.signal.reason as Error).message.replace(/\.$/, "");
    throw new Failure(`${reason}; the operation on stack ${target.stackName} ${fate}`, { cause: error });
  }
}

async function follow(context: Following, target: Target): Promise<Followed> {
  const pace = createPace(Math.random, fastestMs);
  const events: StackEvent[] = [];
  for (;;) {
    // Reads the status first: once it is final, no event can follow those read after it.
    const stack = await describeStack(context, target.stackId);
    const news = await readEvents(context, target.stackId, events.at(-1)?.EventId ?? target.after);
    for (const event of news) {
      events.push(event);
      context.log.info(
        `${target.stackName}: ${sayEvent(event, events)}${sayProgress(event, events, target)}`,
      );
    }
    const status = stack?.StackStatus ?? "DELETE_COMPLETE";
    if (!status.endsWith("_IN_PROGRESS")) return { status, statusReason: stack?.StackStatusReason, events };
    await context.clock.wait(pace.next(news.length > 0), context.signal);
  }
}

function sayProgress(event: StackEvent, events: readonly StackEvent[], { resources }: Target): string {
  if (!resources?.has(event.LogicalResourceId ?? "") || !event.ResourceStatus?.endsWith("_COMPLETE"))
    return "";
  return ` [${countDone(events, resources)} of ${resources.size}]`;
}
