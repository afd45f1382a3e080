import type { ExecutionTrigger, PipelineDeclaration } from "@aws-sdk/client-codepipeline";
import { callerArn } from "../../access-keys.ts";
import { AwsError } from "../../kit/errors.ts";
import { byArn, checkedTags, smallTagPairs, tagOperations } from "../../kit/tags.ts";
import type { Operations } from "../api.ts";
import { checkStructure } from "./check-structure.ts";
import type { CodePipelineController } from "./controller/controller.ts";
import { addExecution } from "./executions.ts";
import {
  assumePipelineRole,
  type CodePipelineState,
  find,
  invalidStructure,
  type PipelineRecord,
  pagerOf,
  pipelineArn,
} from "./state.ts";

/** Source of the size: API reference, ListPipelines. */
const page = pagerOf(1000);

export function pipelineOperations(
  state: CodePipelineState,
  controller: CodePipelineController,
): Operations<"codepipeline"> {
  const { pipelines, environment } = state;
  const { start, watch } = createStarter(state, controller);
  return {
    async createPipeline({ pipeline, tags }, { accessKeyId }) {
      const declaration = await checked(state, pipeline);
      const given = checkedTags(smallTagPairs.read(tags ?? []), tagRules);
      const { name = "" } = declaration;
      if (pipelines.has(name))
        throw new AwsError(
          "PipelineNameInUseException",
          `A pipeline with the name '${name}' already exists in account '${environment.accountId}'`,
        );
      const record = newRecord(declaration, given, environment.clock.now());
      pipelines.set(name, record);
      watch(record);
      start(record, {
        triggerType: "CreatePipeline",
        triggerDetail: callerArn(environment, accessKeyId),
      });
      return { pipeline: declaration, tags: smallTagPairs.write(given) };
    },
    async updatePipeline({ pipeline }) {
      const declaration = await checked(state, pipeline);
      const record = find(state, declaration.name);
      // Uses the stored version number, not the one in the caller's copy.
      record.declaration = { ...declaration, version: (record.declaration.version ?? 0) + 1 };
      record.updatedAt = environment.clock.now();
      for (const stage of [...record.transitions.keys()])
        if (!declaration.stages?.some(({ name }) => name === stage)) record.transitions.delete(stage);
      watch(record);
      return { pipeline: record.declaration };
    },
    getPipeline({ name, version }) {
      const record = find(state, name);
      if (version !== undefined && version !== record.declaration.version)
        throw new AwsError(
          "PipelineVersionNotFoundException",
          `The simulator keeps the latest version of a pipeline only: ${name} has ${record.declaration.version}, not ${version}.`,
        );
      const { createdAt: created, updatedAt: updated } = record;
      const metadata = { pipelineArn: pipelineArn(state, record.name), created, updated };
      return { pipeline: record.declaration, metadata };
    },
    // Deleting a missing pipeline is not an error.
    deletePipeline({ name = "" }) {
      const record = pipelines.get(name);
      pipelines.delete(name);
      if (record) controller.abandon(record);
      return {};
    },
    listPipelines(input) {
      const { items, nextToken } = page([...pipelines.values()], input);
      return { pipelines: items.map(summary), nextToken };
    },
  };
}

/** Returns how executions start: at once, and whenever a polled source has changed. */
function createStarter(state: CodePipelineState, controller: CodePipelineController) {
  const start = (record: PipelineRecord, trigger: ExecutionTrigger) => {
    try {
      controller.start(record, addExecution(state, record, { trigger }));
    } catch (error) {
      state.environment.warn(`pipeline ${record.name} was not started: ${(error as Error).message}`);
    }
  };
  const watch = (record: PipelineRecord) =>
    controller.watch(record, () => start(record, { triggerType: "PollForSourceChanges" }));
  return { start, watch };
}

function newRecord(declaration: PipelineDeclaration, tags: Map<string, string>, now: Date): PipelineRecord {
  return {
    name: declaration.name ?? "",
    declaration,
    createdAt: now,
    updatedAt: now,
    transitions: new Map(),
    executions: [],
    actionRuns: [],
    places: new Map(),
    tags,
  };
}

function summary({ name, declaration, createdAt: created, updatedAt: updated }: PipelineRecord) {
  const { version, pipelineType, executionMode } = declaration;
  return { name, version, pipelineType, executionMode, created, updated };
}

/** Returns the declaration with its defaults, after all checks. */
async function checked(
  { environment }: CodePipelineState,
  pipeline: PipelineDeclaration | undefined,
): Promise<PipelineDeclaration> {
  if (!pipeline) throw new AwsError("ValidationException", "pipeline must not be null");
  checkStructure(pipeline, environment.region);
  const { roleArn = "" } = pipeline;
  await assumePipelineRole(environment, roleArn, invalidStructure);
  return withDefaults(pipeline);
}

function withDefaults(pipeline: PipelineDeclaration): PipelineDeclaration {
  return {
    ...pipeline,
    version: 1,
    executionMode: pipeline.executionMode ?? "SUPERSEDED",
    pipelineType: pipeline.pipelineType ?? "V1",
    stages: pipeline.stages?.map((stage) => ({
      ...stage,
      actions: stage.actions?.map((action) => ({
        ...action,
        runOrder: action.runOrder ?? 1,
        configuration: action.configuration ?? {},
        inputArtifacts: action.inputArtifacts ?? [],
        outputArtifacts: action.outputArtifacts ?? [],
      })),
    })),
  };
}

/** Source: TagResource, CodePipeline API reference. */
const tagRules = {
  tooMany: "TooManyTagsException",
  invalid: "InvalidTagsException",
  system: "InvalidTagsException",
};

export function pipelineTagOperations(state: CodePipelineState): Operations<"codepipeline"> {
  return tagOperations(["resourceArn", "tags", "tagKeys"], smallTagPairs, tagRules, (arn) =>
    byArn(arn, pipelineArn(state, ""), "InvalidArnException", (name) => {
      const found = state.pipelines.get(name);
      if (found) return found.tags;
      throw new AwsError(
        "ResourceNotFoundException",
        `The account with id '${state.environment.accountId}' does not include a pipeline with the name '${name}'`,
      );
    }),
  );
}
