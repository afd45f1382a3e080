import { randomUUID } from "node:crypto";
import type { ActionDeclaration, ApprovalResult } from "@aws-sdk/client-codepipeline";
import type { Environment } from "../../../environment.ts";
import type { ActionRun, Execution } from "../state.ts";
import { assumePipelineRole, type PipelineRecord } from "../state.ts";
import {
  Abandonment,
  ActionFailure,
  type ActionJob,
  type ActionResult,
  denialOf,
  noAccess,
  type Perform,
  storeArtifact,
} from "./action.ts";
import { deployToEcs } from "./deploy-to-ecs.ts";
import { sources } from "./sources.ts";
import { reportAction } from "./state-changes.ts";

export interface ActionContext {
  readonly environment: Environment;
  readonly record: PipelineRecord;
  readonly execution: Execution;
  /** Aborted when the execution is abandoned, and when the simulator closes. */
  readonly signal: AbortSignal;
}

/** Performs an action once. The result is its status; rejects only when the simulator closes. */
export async function runAction(
  context: ActionContext,
  stage: string,
  action: ActionDeclaration,
): Promise<ActionRun> {
  const { environment, record, execution } = context;
  const run = newRun(execution, stage, action, environment);
  record.actionRuns.push(run);
  reportAction(environment, record, run);
  try {
    const result = await perform(context, run);
    await keepOutputs(context, run, result);
    run.summary = result.summary;
    run.status = "Succeeded";
  } catch (error) {
    const { signal } = context;
    if (signal.aborted && !(signal.reason instanceof Abandonment)) throw error;
    if (signal.aborted) run.status = "Abandoned";
    else fail(environment, run, error);
  }
  run.updatedAt = execution.updatedAt = environment.clock.now();
  reportAction(environment, record, run);
  return run;
}

function newRun(
  execution: Execution,
  stage: string,
  action: ActionDeclaration,
  { clock }: Environment,
): ActionRun {
  const inputs = (action.inputArtifacts ?? []).map(
    ({ name = "" }) => execution.artifacts.get(name) ?? { name },
  );
  return {
    id: randomUUID(),
    execution,
    stage,
    action,
    startedAt: clock.now(),
    updatedAt: clock.now(),
    status: "InProgress",
    inputs,
    outputs: [],
  };
}

async function perform({ environment, record, signal }: ActionContext, run: ActionRun) {
  const { action } = run;
  // The role may have been deleted since the pipeline was created.
  await assumePipelineRole(
    environment,
    action.roleArn ?? record.declaration.roleArn ?? "",
    (message) => new ActionFailure("PermissionError", message),
  );
  const { configuration = {}, actionTypeId } = action;
  await requireSource({ environment, record, run }, configuration);
  return performerOf(actionTypeId?.provider)({ environment, record, run, configuration, signal });
}

/** Names of sources in CodePipeline's messages. */
const sourceKinds = {
  CodeCommit: "AWS CodeCommit repository",
  ECR: "Amazon ECR image repository",
  S3: "Amazon S3 bucket",
} as const;

/** Fails a source action whose role may not read its source. */
async function requireSource(
  acting: Parameters<typeof denialOf>[0],
  { RepositoryName, S3Bucket, S3ObjectKey = "" }: Readonly<Record<string, string>>,
): Promise<void> {
  const provider = acting.run.action.actionTypeId?.provider as keyof typeof sourceKinds;
  const name = RepositoryName ?? S3Bucket ?? "";
  if (!(provider in sourceKinds)) return;
  const values = { repository: name, bucket: name, key: S3ObjectKey };
  const denial = await denialOf(acting, provider, values);
  if (denial) throw noAccess(`${sourceKinds[provider]} named ${name}`, denial);
}

async function keepOutputs(
  { environment, record, execution }: ActionContext,
  run: ActionRun,
  { source }: ActionResult,
): Promise<void> {
  const { action } = run;
  const artifactName = action.outputArtifacts?.[0]?.name;
  if (source && artifactName !== undefined) {
    const detail = await storeArtifact({ environment, record, run }, artifactName, source.artifact);
    run.outputs.push(detail);
    execution.artifacts.set(artifactName, detail);
    const { id: revisionId, summary, url, created } = source.revision;
    execution.revisions.set(action.name ?? "", { artifactName, revisionId, summary, url, created });
  }
}

function fail({ warn }: Environment, run: ActionRun, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  run.status = "Failed";
  run.error = { code: error instanceof ActionFailure ? error.code : "SystemUnavailable", message };
  if (!(error instanceof ActionFailure))
    warn(`action ${run.action.name} of an execution failed inside the simulator: ${error}`);
}

/** Returns the implementation of a provider that check-actions.ts lists. */
function performerOf(provider: string | undefined): Perform {
  const found = sources.get(provider)?.perform ?? others.get(provider);
  if (!found) throw new Error(`no action of the provider ${provider} can be performed`);
  return found;
}

const others: ReadonlyMap<string | undefined, Perform> = new Map([
  ["Manual", waitForApproval],
  ["CodeDeployToECS", deployToEcs],
]);

/** Waits until PutApprovalResult approves or rejects. */
async function waitForApproval({ run, signal }: ActionJob): Promise<ActionResult> {
  const { status, summary } = await decision(run, signal).finally(() => {
    run.approval = undefined;
  });
  run.summary = summary;
  if (status === "Approved") return { summary };
  throw new ActionFailure("JobFailed", summary || "Rejected by the approver.");
}

function decision(run: ActionJob["run"], signal: AbortSignal): Promise<ApprovalResult> {
  return new Promise((decide, reject) => {
    run.approval = { token: randomUUID(), decide };
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
