import { lastSegment } from "../../core/arn.ts";
import { formatDuration } from "../../core/duration.ts";
import { Failure } from "../../core/failure.ts";
import { confirmSuccess, failDeployment } from "../../delivery/deployment/outcome.ts";
import { awaitSettled } from "../../delivery/settle/settle.ts";
import { applyOnCancel } from "./apply-on-cancel.ts";
import { type Execution, listExecutions, supersederOf } from "./executions.ts";
import { type Ending, type Following, handleOf } from "./follow.ts";
import { sayWanted } from "./pipeline.ts";
import { type ActionRun, oneLine, type Snapshot, sayWait } from "./snapshot.ts";

/** Returns only if this execution Succeeded and production runs what it deployed; throws the cause of any other end. */
export async function checkOutcome(following: Following, { kind, snapshot }: Ending): Promise<void> {
  if (kind === "deadline") throw await endLate(following, snapshot);
  following.context.keepForPost(undefined);
  if (kind === "other-revision") throw otherRevisionTaken(following, snapshot);
  if (snapshot.status === "Failed") throw await endFailed(following, snapshot);
  if (snapshot.status !== "Succeeded") throw await endStopped(following, snapshot);
  await confirmDeployments(following);
  following.record.status = "succeeded";
}

/** Deployments that ended at an earlier stage of the pipeline have settled meanwhile. */
async function confirmDeployments({ deployments, record, deadlineAt }: Following): Promise<void> {
  for (const { context, checked, running, settling, last } of deployments.all()) {
    try {
      const state = settling && last ? await awaitSettled(context, settling, last, deadlineAt) : "settled";
      if (last && state !== "settled")
        throw await failDeployment(context, checked, running, { snapshot: last, settling });
      await confirmSuccess(context, checked, `Deployment ${running.id}`);
      checked.record.status = "succeeded";
    } catch (error) {
      record.status = checked.record.status === "superseded" ? "superseded" : "failed";
      throw error;
    }
  }
}

/** Reports how far the execution got, and applies on-cancel. */
async function endLate(following: Following, snapshot: Snapshot): Promise<Failure> {
  const { context, inputs, record, budgetMs } = following;
  record.status = "timed-out";
  const late = `Not done after ${formatDuration(budgetMs)}`;
  record.cause = `${late}: ${sayState(snapshot)}`;
  const fate = await applyOnCancel(context, inputs.onCancel, handleOf(following), late);
  return new Failure(`${record.cause} (execution ${record.executionId} ${fate})`, {
    nextStep: "complete what it waits for, then run this job again.",
  });
}

function sayState({ waits, actions }: Snapshot): string {
  const running = actions.filter(({ status }) => status === "InProgress");
  if (waits.length > 0) return waits.map(sayWait).join("; ");
  if (running.length > 0)
    return `${running.map(({ stage, name }) => `${stage} / ${name}`).join(", ")} InProgress`;
  return "it has not started its next stage";
}

/**
 * Explains that the branch or tag had moved before the source was read, so this execution deploys somebody else's
 * change.
 */
function otherRevisionTaken({ record, wanted }: Following, { revisions }: Snapshot): Failure {
  record.status = "superseded";
  const taken = revisions.map(({ id }) => id).join(" and ");
  return new Failure(
    `Execution ${record.executionId} took ${taken} from its sources, not ${sayWanted(wanted)}; it continues`,
    {
      nextStep:
        "nothing, if a newer version should be deployed; otherwise run this job again to set the branch or tag to this version again.",
    },
  );
}

interface Explained {
  readonly text: string;
  readonly nextStep: string;
}

/** Names every action that failed, a deployment's with its root cause, and adds it to the record. */
async function endFailed(following: Following, snapshot: Snapshot): Promise<Failure> {
  const { record } = following;
  record.status = "failed";
  const failed = snapshot.actions.filter(({ status }) => status === "Failed");
  const explained: Explained[] = [];
  for (const action of failed) explained.push(await explain(following, action));
  if (explained.length === 0) {
    const words = snapshot.statusSummary && `: ${trim(snapshot.statusSummary)}`;
    return new Failure(`Execution ${record.executionId} Failed${words}`, {
      nextStep: "open the execution in the CodePipeline console.",
    });
  }
  record.cause = explained.map(({ text }) => text).join("; ");
  const where = `execution ${record.executionId} Failed in ${failed.map(sayWhere).join(" and ")}`;
  return new Failure(`${record.cause} (${where})`, {
    nextStep: `${[...new Set(explained.map(({ nextStep }) => trim(nextStep)))].join("; ")}.`,
  });
}

async function explain(following: Following, action: ActionRun): Promise<Explained> {
  const deployment = following.deployments.of(action);
  if (deployment?.last?.ended && deployment.last.ended !== "succeeded") {
    const { context, checked, running, last, before } = deployment;
    const seen = { snapshot: last, ...(before && { before }) };
    const { message, nextStep = "" } = await failDeployment(context, checked, running, seen);
    if (checked.record.status === "rolled-back") following.record.status = "rolled-back";
    return { text: message, nextStep };
  }
  return explainAction(action);
}

function explainAction(action: ActionRun): Explained {
  const { error, summary, provider, externalUrl } = action;
  if (provider === "Manual" && !/timed? ?out|expired/i.test(`${error?.message} ${summary}`))
    return explainRejection(action);
  const words = trim(error?.message || summary || "CodePipeline gives no reason");
  const code = error?.code ? ` (${error.code})` : "";
  return {
    text: `${sayWhere(action)} failed${code}: ${words}`,
    nextStep: nextStepFor(action, words, externalUrl),
  };
}

/** Explains a rejection: by its timeout or by a person, who may have given a reason. */
function explainRejection(action: ActionRun): Explained {
  const { updatedBy, summary, error } = action;
  const who = updatedBy ? ` by ${lastSegment(updatedBy)}` : "";
  const why = trim(summary || error?.message || "");
  return {
    text: `${sayWhere(action)} was rejected${who}${why ? `: ${why}` : ""}`,
    nextStep: "ask the person who rejected it; a later run requests approval again.",
  };
}

// CodePipeline's messages for the actions of a delivery to ECS.
const known: readonly { readonly pattern: RegExp; readonly nextStep: string }[] = [
  {
    pattern: /<[A-Z][A-Z0-9_]*>|placeholder/,
    nextStep:
      "replace the placeholder in the definition files: set its name, without brackets, as Image1ContainerName of the deploy action, or set its value when the files are pushed (input placeholders of mirror-source)",
  },
  {
    pattern: /image.*(does not exist|not found|was not found)|ImageNotFound|did not find (the )?image/i,
    nextStep: "push an image with the tag in the source action's configuration, then run this job again",
  },
  {
    pattern: /branch.*(does not exist|not found)|BranchDoesNotExist|repository.*does not exist/i,
    nextStep: "push the definition files to the repository and branch in the source action's configuration",
  },
  {
    pattern: /trying to read the (task definition|AppSpec)/i,
    nextStep:
      "add the file to the root of the definition repository, with the name in the action's configuration",
  },
  {
    pattern: /not authorized to perform AssumeRole/i,
    nextStep:
      "create the role of the pipeline or of its action, and allow codepipeline.amazonaws.com to assume it",
  },
  {
    // CodePipeline says this also of the permissions in ECS that the action needs.
    pattern: /sufficient permissions to access CodeDeploy/i,
    nextStep:
      "allow the pipeline's role codedeploy:CreateDeployment, GetDeployment, GetDeploymentConfig, GetApplication, GetApplicationRevision and RegisterApplicationRevision, ecs:RegisterTaskDefinition, and iam:PassRole on the roles of the task definition",
  },
  {
    pattern: /not authorized|AccessDenied|insufficient permissions|does not have permission/i,
    nextStep: "allow the action in the policy of the pipeline's role",
  },
];

function nextStepFor({ stage }: ActionRun, words: string, url: string): string {
  const fix = known.find(({ pattern }) => pattern.test(words))?.nextStep;
  if (fix) return fix;
  return url ? `open ${url}` : `open stage ${stage} in the CodePipeline console`;
}

function sayWhere({ stage, name }: ActionRun): string {
  return `action ${name} of stage ${stage}`;
}

function trim(sentence: string): string {
  return oneLine(sentence).replace(/\.$/, "");
}

/** Handles Superseded, Stopped and Cancelled: in none of them did this execution's revisions pass all stages. */
async function endStopped(following: Following, snapshot: Snapshot): Promise<Failure> {
  const { context, inputs, record } = following;
  const history = await listExecutions(context, inputs.pipeline);
  const name = `Execution ${record.executionId} of ${inputs.pipeline}`;
  if (snapshot.status === "Superseded") {
    record.status = "superseded";
    return superseded(name, supersederOf(history, record.executionId));
  }
  record.status = "stopped";
  const reason = history.find(({ id }) => id === record.executionId)?.stopReason || snapshot.statusSummary;
  const words = reason && `: ${trim(reason)}`;
  if (snapshot.status === "Cancelled") {
    const why = "because the pipeline's definition changed";
    return new Failure(`${name} was cancelled by CodePipeline ${why}${words}`, {
      nextStep: "run this job again after the last change to the pipeline.",
    });
  }
  return new Failure(`${name} was stopped${words}`, {
    nextStep: "find out who did, in CloudTrail's StopPipelineExecution events, and run this job again.",
  });
}

function superseded(name: string, by: Execution | undefined): Failure {
  const revisions = [...(by?.revisions.values() ?? [])].join(", ");
  const now = by?.status === "InProgress" ? "is in progress" : `has ${by?.status}`;
  const who = by ? ` by ${by.id}${revisions && ` (${revisions})`}, which ${now}` : "";
  return new Failure(`${name} was superseded${who}: its own revisions were not deployed`, {
    nextStep: `${by ? "nothing, if the newer change contains this one; otherwise " : ""}run this job again.`,
  });
}
