import type { ActionDeclaration, PipelineDeclaration, StageDeclaration } from "@aws-sdk/client-codepipeline";
import type { Check } from "../../kit/constraints.ts";

const name = { pattern: "[A-Za-z0-9.@\\-_]+", length: [1, 100] } as const;
const roleArn = { pattern: "arn:aws(-[\\w]+)*:iam::[0-9]{12}:role/.*", length: [0, 1024] } as const;
const artifact = { pattern: "[a-zA-Z0-9_\\-]+", length: [1, 100] } as const;
const bucket = { pattern: "[a-zA-Z0-9\\-\\.]+", length: [3, 63] } as const;

/** Every constraint of the API model on a pipeline's members, by their paths. Source: API model 2015-07-09. */
export function* pipelineChecks(pipeline: PipelineDeclaration): Generator<Check> {
  yield ["pipeline.name", pipeline.name, name];
  yield ["pipeline.roleArn", pipeline.roleArn, roleArn];
  yield ["pipeline.pipelineType", pipeline.pipelineType, { values: ["V1", "V2"] }];
  yield ["pipeline.executionMode", pipeline.executionMode, { values: ["PARALLEL", "QUEUED", "SUPERSEDED"] }];
  yield ["pipeline.version", pipeline.version, { range: [1, 2 ** 31 - 1] }];
  const stores = {
    ...pipeline.artifactStores,
    ...(pipeline.artifactStore ? { "": pipeline.artifactStore } : {}),
  };
  for (const [region, { type, location }] of Object.entries(stores)) {
    const place = region === "" ? "pipeline.artifactStore" : `pipeline.artifactStores.${region}.member`;
    yield [`${place}.type`, type, { values: ["S3"] }];
    yield [`${place}.location`, location, bucket];
  }
  yield ["pipeline.variables", pipeline.variables, { length: [0, 50] }];
  for (const [place, variable] of members("pipeline.variables", pipeline.variables)) {
    yield [`${place}.name`, variable.name, { pattern: "[A-Za-z0-9@\\-_]+", length: [1, 128] }];
    yield [`${place}.defaultValue`, variable.defaultValue, { length: [1, 1000] }];
    yield [`${place}.description`, variable.description, { length: [0, 200] }];
  }
  for (const [place, stage] of members("pipeline.stages", pipeline.stages)) yield* stageChecks(place, stage);
}

function* stageChecks(place: string, stage: StageDeclaration): Generator<Check> {
  yield [`${place}.name`, stage.name, name];
  const { result, retryConfiguration } = stage.onFailure ?? {};
  yield [`${place}.onFailure.result`, result, { values: ["FAIL", "RETRY", "ROLLBACK", "SKIP"] }];
  yield [
    `${place}.onFailure.retryConfiguration.retryMode`,
    retryConfiguration?.retryMode,
    { values: ["ALL_ACTIONS", "FAILED_ACTIONS"] },
  ];
  for (const [inner, action] of members(`${place}.actions`, stage.actions))
    yield* actionChecks(inner, action);
}

function* actionChecks(place: string, action: ActionDeclaration): Generator<Check> {
  yield [`${place}.name`, action.name, name];
  yield [`${place}.runOrder`, action.runOrder, { range: [1, 999] }];
  yield [`${place}.roleArn`, action.roleArn, roleArn];
  yield [`${place}.region`, action.region, { length: [4, 30] }];
  yield [`${place}.namespace`, action.namespace, { pattern: "[A-Za-z0-9@\\-_]+", length: [1, 100] }];
  yield [`${place}.timeoutInMinutes`, action.timeoutInMinutes, { range: [5, 86_400] }];
  for (const [key, value] of Object.entries(action.configuration ?? {})) {
    yield [`${place}.configuration.key`, key, { length: [1, 50] }];
    yield [`${place}.configuration.${key}.member`, value, { length: [1, 1000] }];
  }
  for (const kind of ["inputArtifacts", "outputArtifacts"] as const)
    for (const [inner, each] of members(`${place}.${kind}`, action[kind]))
      yield [`${inner}.name`, each.name, artifact];
}

/** AWS counts the members of lists from 1. */
function members<Item>(place: string, items: readonly Item[] = []): [string, Item][] {
  return items.map((item, index) => [`${place}.${index + 1}.member`, item]);
}
