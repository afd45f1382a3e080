import type { StageState } from "@aws-sdk/client-codepipeline";
import { AwsError } from "../../errors.ts";
import type { Service } from "../api.ts";
import { refuseBroken } from "../constraints.ts";
import { type CodePipelineState, find, type PipelineRecord, type Transition } from "./state.ts";

interface TransitionInput {
  pipelineName: string | undefined;
  stageName: string | undefined;
  transitionType: string | undefined;
}

/** What the stages of a pipeline show. Nothing executes, so that there are transitions and no executions. */
export function stageOperations(state: CodePipelineState): Service<"codepipeline">["operations"] {
  return {
    getPipelineState({ name }) {
      const record = find(state, name);
      return {
        pipelineName: record.name,
        pipelineVersion: record.declaration.version,
        stageStates: record.declaration.stages?.map(({ name: stageName, actions = [] }, index) => ({
          stageName,
          ...(index > 0 ? { inboundTransitionState: transition(record, stageName) } : {}),
          actionStates: actions.map(({ name: actionName }) => ({ actionName })),
        })),
        created: record.createdAt,
        updated: record.updatedAt,
      };
    },
    listPipelineExecutions({ pipelineName }) {
      find(state, pipelineName);
      return { pipelineExecutionSummaries: [] };
    },
    async disableStageTransition(input) {
      const { record, stage } = findStage(state, input);
      // Source: API model, DisabledReason.
      const reason = { pattern: "[a-zA-Z0-9!@ \\(\\)\\.\\*\\?\\-]+", length: [1, 300] } as const;
      refuseBroken("ValidationException", [["reason", input.reason, reason]]);
      record.transitions.set(stage, await change(state, input.reason));
      return {};
    },
    async enableStageTransition(input) {
      const { record, stage } = findStage(state, input);
      record.transitions.set(stage, await change(state, undefined));
      return {};
    },
  };
}

async function change({ environment }: CodePipelineState, reason: string | undefined): Promise<Transition> {
  const { Arn: changedBy = "" } = await environment.aws.sts.getCallerIdentity({});
  return { enabled: reason === undefined, changedBy, changedAt: environment.clock.now(), reason };
}

function findStage(
  state: CodePipelineState,
  input: TransitionInput,
): { record: PipelineRecord; stage: string } {
  const { pipelineName, stageName = "", transitionType } = input;
  refuseBroken("ValidationException", [
    ["transitionType", transitionType, { values: ["Inbound", "Outbound"] }],
  ]);
  const record = find(state, pipelineName);
  const names = record.declaration.stages?.map(({ name }) => name) ?? [];
  if (!names.includes(stageName))
    throw new AwsError(
      "StageNotFoundException",
      `Stage '${stageName}' does not exist in pipeline '${pipelineName}', whose stages are ${names.join(", ")}`,
    );
  // Between two stages there is one transition: out of the first, into the second.
  const position = names.indexOf(stageName) + (transitionType === "Outbound" ? 1 : 0);
  const into = names[position];
  if (position === 0 || into === undefined)
    throw new AwsError(
      "ValidationException",
      `There is no transition ${transitionType === "Inbound" ? "into" : "out of"} the stage '${stageName}' of pipeline '${pipelineName}'`,
    );
  return { record, stage: into };
}

function transition(
  { transitions }: PipelineRecord,
  stage: string | undefined,
): StageState["inboundTransitionState"] {
  const changed = transitions.get(stage ?? "");
  if (!changed) return { enabled: true };
  const { enabled, changedBy: lastChangedBy, changedAt: lastChangedAt, reason: disabledReason } = changed;
  return { enabled, lastChangedBy, lastChangedAt, disabledReason };
}
