import type { ExecutionTrigger, PipelineDeclaration, Tag } from "@aws-sdk/client-codepipeline";
import { callerArn } from "../../access-keys.ts";
import { AwsError } from "../../kit/errors.ts";
import { page } from "../../kit/page.ts";
import { addTags, removeTags } from "../../kit/tags.ts";
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
  pipelineArn,
} from "./state.ts";

/** Source: API reference, ListPipelines. */
const listSize = 1000;

export function pipelineOperations(
  state: CodePipelineState,
  controller: CodePipelineController,
): Operations<"codepipeline"> {
  const { pipelines, environment } = state;
  const watch = (record: PipelineRecord) =>
    controller.watch(record, () => start(record, { triggerType: "PollForSourceChanges" }));
  const start = (record: PipelineRecord, trigger: ExecutionTrigger) => {
    try {
      controller.start(record, addExecution(state, record, { trigger }));
    } catch (error) {
      environment.warn(`pipeline ${record.name} was not started: ${(error as Error).message}`);
    }
  };
  return {
    async createPipeline({ pipeline, tags }, { accessKeyId }) {
      const declaration = await checked(state, pipeline);
      const given = checkedTags(tags);
      const { name = "" } = declaration;
      if (pipelines.has(name))
        throw new AwsError(
          "PipelineNameInUseException",
          `A pipeline with the name '${name}' already exists in account '${environment.accountId}'`,
        );
      const now = environment.clock.now();
      const record: PipelineRecord = {
        name,
        declaration,
        createdAt: now,
        updatedAt: now,
        transitions: new Map(),
        executions: [],
        actionRuns: [],
        places: new Map(),
        tags: given,
      };
      pipelines.set(name, record);
      watch(record);
      start(record, {
        triggerType: "CreatePipeline",
        triggerDetail: callerArn(environment, accessKeyId),
      });
      return { pipeline: declaration, tags: tagList(record) };
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
    listPipelines({ maxResults = listSize, nextToken }) {
      const code = "InvalidNextTokenException";
      const { items, next } = page([...pipelines.values()], { size: maxResults, token: nextToken, code });
      return { pipelines: items.map(summary), nextToken: next };
    },
  };
}

function summary({ name, declaration, createdAt: created, updatedAt: updated }: PipelineRecord) {
  const { version, pipelineType, executionMode } = declaration;
  return { name, version, pipelineType, executionMode, created, updated };
}

function tagList({ tags }: PipelineRecord): Tag[] {
  return [...tags].map(([key, value]) => ({ key, value }));
}

/** Returns the declaration with its defaults, after all checks. */
async function checked(
  { environment: { region, aws } }: CodePipelineState,
  pipeline: PipelineDeclaration | undefined,
): Promise<PipelineDeclaration> {
  if (!pipeline) throw new AwsError("ValidationException", "pipeline must not be null");
  checkStructure(pipeline, region);
  const { roleArn = "" } = pipeline;
  await assumePipelineRole(aws, roleArn, invalidStructure);
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

/** Maximum of one pipeline. Source: quotas of CodePipeline. */
const maximumTags = 50;

export function tagOperations(state: CodePipelineState): Operations<"codepipeline"> {
  return {
    tagResource({ resourceArn, tags }) {
      const { tags: current } = byArn(state, resourceArn);
      const given = checkedTags(tags);
      if (new Set([...current.keys(), ...given.keys()]).size > maximumTags) throw tooMany(resourceArn);
      return addTags(current, given);
    },
    untagResource: ({ resourceArn, tagKeys }) => removeTags(byArn(state, resourceArn).tags, tagKeys),
    listTagsForResource: ({ resourceArn }) => ({ tags: tagList(byArn(state, resourceArn)) }),
  };
}

function checkedTags(given: readonly Tag[] = []): Map<string, string> {
  const tags = new Map(given.map(({ key = "", value = "" }) => [key, value]));
  if (tags.size > maximumTags) throw tooMany("the new pipeline");
  for (const [key, value] of tags) {
    if (key.toLowerCase().startsWith("aws:"))
      throw new AwsError(
        "InvalidTagsException",
        "Not allowed to modify system tags. System tags start with 'aws:'.",
      );
    if (key.length < 1 || key.length > 128 || value.length > 256)
      throw new AwsError(
        "InvalidTagsException",
        `The tag ${key} has a key of 1 to 128 and a value of up to 256 characters.`,
      );
  }
  return tags;
}

function tooMany(resource: string | undefined): AwsError {
  return new AwsError("TooManyTagsException", `Tag limit exceeded for resource [${resource}].`);
}

function byArn(state: CodePipelineState, arn: string | undefined): PipelineRecord {
  const prefix = pipelineArn(state, "");
  if (!arn?.startsWith(prefix))
    throw new AwsError("InvalidArnException", `${arn} is not the ARN of a pipeline, ${prefix}<name>.`);
  const found = state.pipelines.get(arn.slice(prefix.length));
  if (found) return found;
  throw new AwsError("ResourceNotFoundException", `There is no pipeline with the ARN ${arn}.`);
}
