import { executionUrl } from "./console.ts";
import { supersederOf } from "./end-stopped.ts";
import { hasRevisions, listExecutions } from "./executions.ts";
import { type Ending, follow } from "./follow.ts";
import type { Following } from "./following.ts";

/**
 * Follows the successor. A change of two sources starts a pipeline twice, and the second execution supersedes the first
 * with the same revisions, so the wanted revisions are in that one.
 */
export async function followSuccessor(following: Following, ending: Ending): Promise<Ending> {
  const { context, inputs, record, wanted } = following;
  if (ending.snapshot.status !== "Superseded" || wanted.length === 0) return ending;
  const history = await listExecutions(context, inputs.pipeline);
  const successor = supersederOf(history, record.executionId);
  if (!successor || !hasRevisions(successor, wanted)) return ending;
  const note = `Execution ${record.executionId} was superseded by ${successor.id}, which has the same revisions. This step follows it instead.`;
  record.notes.push(note);
  context.log.info(note);
  record.executionId = successor.id;
  record.executionUrl = await executionUrl(context, record);
  return followSuccessor(following, await follow(following));
}
