import type { ArtifactStore, PipelineDeclaration } from "@aws-sdk/client-codepipeline";
import {
  type Properties,
  type ResourceContext,
  type ResourceType,
  smallTags,
  tagChanges,
} from "./resource-type.ts";
import { boolean, camelCase, integer, list, map, object, oneOf, tags, text } from "./shape.ts";

const codepipeline = (context: ResourceContext) => context.environment.aws.codepipeline;

const store = object(
  { Type: oneOf("S3"), Location: text, EncryptionKey: object({ Id: text, Type: text }, ["Id", "Type"]) },
  ["Type", "Location"],
);
const artifacts = list(object({ Name: text }, ["Name"]));
const action = object(
  {
    Name: text,
    ActionTypeId: object({ Category: text, Owner: text, Provider: text, Version: text }, [
      "Category",
      "Owner",
      "Provider",
      "Version",
    ]),
    Configuration: map,
    InputArtifacts: artifacts,
    OutputArtifacts: artifacts,
    Namespace: text,
    Region: text,
    RoleArn: text,
    RunOrder: integer,
    TimeoutInMinutes: integer,
  },
  ["Name", "ActionTypeId"],
);
const stage = object(
  {
    Name: text,
    Actions: list(action),
    OnFailure: object({
      Result: text,
      RetryConfiguration: object({ RetryMode: oneOf("ALL_ACTIONS", "FAILED_ACTIONS") }),
    }),
  },
  ["Name", "Actions"],
);
/** Properties that the pipeline's declaration has under the same names. */
const declared = {
  RoleArn: text,
  ArtifactStore: store,
  Stages: list(stage),
  ExecutionMode: oneOf("QUEUED", "SUPERSEDED", "PARALLEL"),
  PipelineType: oneOf("V1", "V2"),
  Variables: list(object({ Name: text, DefaultValue: text, Description: text }, ["Name"])),
};

export const pipeline: ResourceType = {
  properties: {
    Name: text,
    ...declared,
    ArtifactStores: list(object({ Region: text, ArtifactStore: store }, ["Region", "ArtifactStore"])),
    DisableInboundStageTransitions: list(object({ StageName: text, Reason: text }, ["StageName", "Reason"])),
    RestartExecutionOnUpdate: boolean,
    Tags: tags,
  },
  required: ["RoleArn", "Stages"],
  replacement: ["Name"],
  nameProperty: "Name",
  attributes: ["Version"],
  async create(context, properties) {
    const name: string = properties.Name ?? context.generateName(100);
    await codepipeline(context).createPipeline({
      pipeline: declaration(name, properties),
      tags: smallTags(properties.Tags) ?? [],
    });
    context.identify(name);
    await setTransitions(context, name, properties, {});
    return name;
  },
  async readAttributes(context, name) {
    const { pipeline: found } = await codepipeline(context).getPipeline({ name });
    return { Version: String(found?.version ?? "") };
  },
  async update(context, name, next, previous) {
    await codepipeline(context).updatePipeline({ pipeline: declaration(name, next) });
    await setTransitions(context, name, next, previous);
    const { set, remove } = tagChanges(previous.Tags, next.Tags);
    const { region, accountId } = context.environment;
    const resourceArn = `arn:aws:codepipeline:${region}:${accountId}:${name}`;
    if (set.length > 0) await codepipeline(context).tagResource({ resourceArn, tags: smallTags(set) });
    if (remove.length > 0) await codepipeline(context).untagResource({ resourceArn, tagKeys: remove });
    if (next.RestartExecutionOnUpdate) await codepipeline(context).startPipelineExecution({ name });
  },
  // Deleting a missing pipeline is not an error.
  delete: async (context, name) => {
    await codepipeline(context).deletePipeline({ name });
  },
};

function declaration(name: string, properties: Properties): PipelineDeclaration {
  const named = Object.keys(declared).filter((key) => properties[key] !== undefined);
  const picked = Object.fromEntries(named.map((key) => [key, properties[key]]));
  const stores: Properties[] | undefined = properties.ArtifactStores;
  return {
    ...(camelCase(object(declared), picked) as unknown as Omit<PipelineDeclaration, "name">),
    name,
    artifactStores:
      stores && Object.fromEntries(stores.map(({ Region, ArtifactStore }) => [Region, small(ArtifactStore)])),
  };
}

function small(value: Properties): ArtifactStore {
  return camelCase(store, value as never) as unknown as ArtifactStore;
}

/** Disables the template's transitions, and enables the previous ones again. */
async function setTransitions(
  context: ResourceContext,
  pipelineName: string,
  next: Properties,
  previous: Properties,
): Promise<void> {
  const disabled: Properties[] = next.DisableInboundStageTransitions ?? [];
  for (const { StageName: stageName, Reason: reason } of disabled)
    await codepipeline(context).disableStageTransition({
      pipelineName,
      stageName,
      transitionType: "Inbound",
      reason,
    });
  const kept = new Set(disabled.map(({ StageName }) => StageName));
  const stages: Properties[] = next.Stages;
  for (const { StageName: stageName } of previous.DisableInboundStageTransitions ?? [])
    if (!kept.has(stageName) && stages.some(({ Name }) => Name === stageName))
      await codepipeline(context).enableStageTransition({
        pipelineName,
        stageName,
        transitionType: "Inbound",
      });
}
