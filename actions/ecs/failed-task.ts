import type { Container, ContainerDefinition, Task } from "@aws-sdk/client-ecs";
import type { Log } from "../core/log.ts";
import { codeBlock, counted, escapeText, fold } from "../core/summary.ts";
import type { EcsContext } from "./context.ts";
import { readLogTail, shownTail } from "./log-tail.ts";
import { equalSuspects, suspects } from "./suspects.ts";

interface Blamed {
  readonly container: string;
  readonly exitCode: number | undefined;
  readonly containerReason: string | undefined;
}

/** A task that stopped unexpectedly, described by the container that caused it. */
export interface FailedTask extends Blamed {
  readonly taskId: string;
  readonly stoppedAt: number;
  readonly stopCode: string;
  readonly stoppedReason: string;
  /** Containers that may as well have caused it: AWS does not show which exited first. */
  readonly others?: readonly Blamed[];
  /** The end of the container's log, filled in only when the failure is explained; more than a reader is shown. */
  readonly logLines: readonly string[];
}

/** Returns false when a person, a scale-in or the deployment's own end stopped it. */
export function stoppedByItself({ stopCode, stoppedReason = "" }: Task): boolean {
  if (stopCode === "EssentialContainerExited" || stopCode === "TaskFailedToStart") return true;
  return stopCode === "ServiceSchedulerInitiated" && /health check/i.test(stoppedReason);
}

/** `definitions` are those of the task's revision; without them, every container counts as essential. */
export function toFailedTask(task: Task, definitions: readonly ContainerDefinition[] = []): FailedTask {
  const ordered = suspects(task, definitions);
  const isAside = ({ name }: Container) =>
    definitions.find((each) => each.name === name)?.essential === false;
  return {
    taskId: (task.taskArn ?? "").split("/").at(-1) ?? "",
    stoppedAt: (task.stoppedAt ?? task.stoppingAt ?? task.createdAt)?.getTime() ?? 0,
    stopCode: task.stopCode ?? "",
    stoppedReason: task.stoppedReason ?? "",
    ...blame(ordered[0]),
    others: equalSuspects(ordered)
      .filter((each) => !isAside(each))
      .map(blame),
    logLines: [],
  };
}

function blame(container: Container | undefined): Blamed {
  const { name = "", exitCode, reason: containerReason } = container ?? {};
  return { container: name, exitCode, containerReason };
}

/** A program that logs this was asked to end, and did not end the task. */
const wasAsked = /SIGTERM|SIGINT|signal 15|shutting down|gracefully/i;

/** Adds the log. Of several containers that may have ended the task, those that were asked to end are not to blame. */
export async function withLog(
  context: EcsContext,
  definitions: readonly ContainerDefinition[],
  task: FailedTask,
): Promise<FailedTask> {
  const read = async <T extends Pick<FailedTask, "container">>(each: T) => {
    const definition = definitions.find(({ name }) => name === each.container);
    return { ...each, logLines: await readLogTail(context, definition, task.taskId) };
  };
  const { others = [], ...first } = task;
  const all = await Promise.all([first, ...others].map(read));
  const unasked = all.filter(({ logLines }) => !wasAsked.test(logLines.slice(-20).join("\n")));
  const [blamed = all[0], ...rest] = unasked;
  return { ...task, ...blamed, others: rest };
}

/** Logs the newest task. A crash loop ends alike for minutes: of each kind, the first, second, fourth, eighth … is logged. */
export function logStopped(log: Pick<Log, "info">, tasks: readonly FailedTask[]): void {
  const newest = tasks.at(-1);
  if (!newest) return;
  const count = tasks.filter((task) => kindOf(task) === kindOf(newest)).length;
  if (!Number.isInteger(Math.log2(count))) return;
  const { taskId, stoppedReason, others = [] } = newest;
  const codes = [newest, ...others].filter(({ exitCode }) => exitCode !== undefined);
  const list = codes.map(({ container, exitCode }) => `${container}: exit code ${exitCode}`).join(", ");
  const exit = list && ` (${list})`;
  const who = count === 1 ? `task ${taskId} stopped` : `${count} tasks stopped alike, the last one ${taskId}`;
  log.info(`              ${who}: ${stoppedReason}${exit}`);
}

/** Enough ends to recognize what happens. */
const shownKinds = 5;

/**
 * Lists the ends of tasks in Markdown, folded, the newest first. Tasks that ended alike are counted; the log is the
 * newest one's. Empty without such tasks.
 */
export function failedTasksFold(failedTasks: readonly FailedTask[]): string {
  const kinds = [...Map.groupBy(failedTasks.toReversed(), kindOf)];
  const shown = kinds.slice(0, shownKinds).map(([, tasks]) => kindMarkdown(tasks));
  const more = kinds.slice(shownKinds).reduce((sum, [, tasks]) => sum + tasks.length, 0);
  if (more > 0) shown.push(`- and ${counted(more, "task")} that ended otherwise`);
  const head = `${counted(failedTasks.length, "task")} stopped${kinds.length === 1 && failedTasks.length > 1 ? " alike" : ""}`;
  return fold(head, shown.join("\n\n"));
}

function kindMarkdown([newest, ...others]: readonly FailedTask[]): string {
  const ids =
    others.length === 0
      ? `Task ${newest?.taskId}`
      : `${counted(others.length + 1, "task")}, the last one ${newest?.taskId}`;
  const line = `- ${escapeText(`${ids}: ${newest && endOf(newest)}`)}`;
  const log = shownTail(newest?.logLines ?? []);
  return log ? `${line}\n\n${codeBlock(log)}` : line;
}

function endOf({ container, exitCode, stopCode, stoppedReason, containerReason }: FailedTask): string {
  const exit = exitCode === undefined ? "" : `, exit code ${exitCode}`;
  const reason = [stoppedReason, containerReason].filter(Boolean).join("; ");
  return `${container}${exit} (${stopCode}: ${reason})`;
}

/** Returns the end without IDs of requests and sessions, and without addresses, which differ each time. */
function kindOf(task: FailedTask): string {
  return endOf(task).replace(/[0-9a-f.-]{8,}/gi, "…");
}
