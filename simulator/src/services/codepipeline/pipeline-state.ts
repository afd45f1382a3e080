import type { ActionDeclaration, ActionState, StageState } from "@aws-sdk/client-codepipeline";
import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";
import type { ActionRun, Execution } from "./execution.ts";
import { type CodePipelineState, find, latestRun, type PipelineRecord, placeOf } from "./state.ts";

export function pipelineStateOperations(state: CodePipelineState): Service<"codepipeline">["operations"] {
  return {
    getPipelineState({ name }) {
      const record = find(state, name);
      return {
        pipelineName: record.name,
        pipelineVersion: record.declaration.version,
        stageStates: record.declaration.stages?.map(({ name: stageName = "", actions = [] }, index) => ({
          stageName,
          ...(index > 0 ? { inboundTransitionState: transition(record, stageName) } : {}),
          ...executionsOf(record, stageName),
          actionStates: actions.map((action) => actionState(state.environment, record, stageName, action)),
        })),
        created: record.createdAt,
        updated: record.updatedAt,
      };
    },
  };
}

function executionsOf(record: PipelineRecord, stage: string): Partial<StageState> {
  const { latest, waiting } = placeOf(record, stage);
  const inbound = waiting.map(({ execution }) => ({
    pipelineExecutionId: execution.id,
    status: "InProgress" as const,
    type: execution.type,
  }));
  const retries = latest?.stages.get(stage)?.retries;
  return {
    ...(inbound.length > 0 ? { inboundExecution: inbound.at(-1), inboundExecutions: inbound } : {}),
    ...(latest ? { latestExecution: stageExecution(latest, stage) } : {}),
    ...(retries?.latestRetryTrigger ? { retryStageMetadata: retries } : {}),
  };
}

function stageExecution(execution: Execution, stage: string): NonNullable<StageState["latestExecution"]> {
  const { id: pipelineExecutionId, type, stages } = execution;
  return { pipelineExecutionId, status: stages.get(stage)?.status ?? "InProgress", type };
}

function actionState(
  environment: Environment,
  record: PipelineRecord,
  stage: string,
  action: ActionDeclaration,
): ActionState {
  const run = latestRun(record, stage, action.name);
  const revision = run?.execution.revisions.get(action.name ?? "");
  return {
    actionName: action.name,
    ...(revision && {
      currentRevision: {
        revisionId: revision.revisionId,
        revisionChangeId: undefined,
        created: revision.created,
      },
      revisionUrl: revision.url,
    }),
    ...(run && { latestExecution: actionExecution(run) }),
    entityUrl: entityUrl(environment, action),
  };
}

function actionExecution(run: ActionRun): ActionState["latestExecution"] {
  return {
    actionExecutionId: run.id,
    status: run.status,
    summary: run.summary,
    lastStatusChange: run.updatedAt,
    token: run.approval?.token,
    lastUpdatedBy: run.updatedBy,
    externalExecutionId: run.externalExecutionId,
    externalExecutionUrl: run.externalExecutionUrl,
    errorDetails: run.error,
  };
}

function transition({ transitions }: PipelineRecord, stage: string): StageState["inboundTransitionState"] {
  const changed = transitions.get(stage);
  if (!changed) return { enabled: true };
  const { enabled, changedBy: lastChangedBy, changedAt: lastChangedAt, reason: disabledReason } = changed;
  return { enabled, lastChangedBy, lastChangedAt, disabledReason };
}

type Configuration = Readonly<Record<string, string>>;

/** Pages of the AWS console by provider, for the resource of an action. */
const pages: Readonly<
  Record<string, (home: (service: string) => string, given: Configuration) => string | undefined>
> = {
  CodeCommit: (home, { RepositoryName, BranchName }) =>
    `${home("codecommit")}#/repository/${RepositoryName}/browse/${BranchName}/--/`,
  ECR: (home, { RepositoryName }) => `${home("ecs")}#/repositories/${RepositoryName}#images;tagStatus=ALL`,
  S3: (home) => `${home("s3")}#`,
  CodeDeployToECS: (home, { ApplicationName, DeploymentGroupName }) =>
    `${home("codedeploy")}#/applications/${ApplicationName}/deployment-groups/${DeploymentGroupName}`,
  Manual: (_, { ExternalEntityLink }) => ExternalEntityLink,
};

function entityUrl({ region }: Environment, { actionTypeId, configuration = {} }: ActionDeclaration) {
  const home = (service: string) => `https://console.aws.amazon.com/${service}/home?region=${region}`;
  return pages[actionTypeId?.provider ?? ""]?.(home, configuration);
}
