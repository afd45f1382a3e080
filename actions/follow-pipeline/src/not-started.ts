import { formatDuration } from "../../shared/duration.ts";
import { Failure } from "../../shared/failure.ts";
import type { Execution } from "./executions.ts";
import { hasRevisions } from "./executions.ts";
import { sayWanted, type WantedSource } from "./pipeline.ts";

interface Silence {
  readonly pipeline: string;
  readonly wanted: readonly WantedSource[];
  readonly waitedMs: number;
  readonly history: readonly Execution[];
}

/** Explains why the change of a source started nothing; a forgotten rule is the usual cause. */
export function notStarted(silence: Silence): Failure {
  const { pipeline, wanted, waitedMs, history } = silence;
  const events = [
    `Nothing started ${pipeline} for ${sayWanted(wanted)} within ${formatDuration(waitedMs)}`,
    sayTrigger(history),
    sayEarlier(silence),
  ];
  return new Failure(events.filter(Boolean).join("; "), {
    nextStep: `${nextStep(wanted, history)}; or set start: if-missing, so that this step starts it.`,
  });
}

function startedByEvent({ trigger }: Execution): boolean {
  return trigger.type === "CloudWatchEvent";
}

/** AWS keeps a year of history: a rule that works appears in it. */
function sayTrigger(history: readonly Execution[]): string {
  const rule = history.find(startedByEvent)?.trigger.detail;
  return rule === undefined
    ? "no EventBridge rule has started it before"
    : `the EventBridge rule ${shortRule(rule)} started it before, but not now`;
}

function shortRule(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}

function sayEarlier({ history, wanted }: Silence): string {
  const earlier = history.find((each) => hasRevisions(each, wanted));
  return earlier ? `an earlier execution with it, ${earlier.id}, ${earlier.status}` : "";
}

function nextStep(wanted: readonly WantedSource[], history: readonly Execution[]): string {
  const { kind, watched = [] } = wanted.at(-1) ?? {};
  if (history.some(startedByEvent) && kind === "commit" && watched.length > 0)
    return `push the commit to ${watched.join(" or ")}, the only source that the pipeline watches; if the commit is there, check that the rule is enabled and lists that branch: a commit that is already on the branch raises no event`;
  if (history.some(startedByEvent))
    return "check that the rule is enabled, that its pattern lists this repository and tag or branch, and that the source changed: without a change there is no event";
  const event =
    kind === "commit"
      ? "the event CodeCommit Repository State Change of the repository's branch"
      : "the event ECR Image Action of the repository and its tag";
  return `create the rule, which only the console creates automatically: ${event}, with the pipeline as target and a role that may codepipeline:StartPipelineExecution (as in infra-templates/pipeline.yaml)`;
}
