import type { PipelineDeclaration, StageDeclaration } from "@aws-sdk/client-codepipeline";
import {
  appSpecFile,
  webLogs,
  webTaskDefinition,
} from "../../../simulator/src/outside-clients/web.support.ts";
import {
  deliveryActions,
  filesPushed,
  imagePushed,
} from "../../../simulator/src/services/codepipeline/pipeline.support.ts";
import type { Simulator } from "../../../simulator/src/simulator.ts";

/** The files that a pipeline deploys with. */
export const definitions = {
  "taskdef-web.json": JSON.stringify(webTaskDefinition("<IMAGE1_NAME>", webLogs)),
  "appspec-web.yaml": appSpecFile,
};

/** Creates the rules that the console creates implicitly, and nothing else does. */
export async function createRules({ aws }: Simulator, pipelineName: string): Promise<void> {
  const Arn = `arn:aws:codepipeline:us-east-1:123456789012:${pipelineName}`;
  const RoleArn = "arn:aws:iam::123456789012:role/events";
  for (const [what, pattern] of Object.entries(changes)) {
    const Name = `${pipelineName}-${what}`;
    await aws.events.putRule({ Name, EventPattern: JSON.stringify(pattern) });
    await aws.events.putTargets({ Rule: Name, Targets: [{ Id: pipelineName, Arn, RoleArn }] });
  }
}

const changes = { "image-pushed": imagePushed, "files-changed": filesPushed };

/** Returns the course's pipeline, with stages between source and deployment. */
export function pipeline(
  name: string,
  roleArn: string,
  between: readonly StageDeclaration[],
): PipelineDeclaration {
  const { definitions, image, deploy } = deliveryActions("web", "outside", "web");
  return {
    name,
    roleArn,
    executionMode: "SUPERSEDED",
    artifactStore: { type: "S3", location: "artifacts-of-pipelines" },
    stages: [
      { name: "Source", actions: [{ ...definitions, name: "Source" }, image] },
      ...between,
      { name: "Deploy", actions: [deploy] },
    ],
  };
}

/** A stage in which a person has to approve. */
export const approval: StageDeclaration = {
  name: "Release",
  actions: [
    {
      name: "Approve",
      actionTypeId: { category: "Approval", owner: "AWS", provider: "Manual", version: "1" },
      configuration: {
        CustomData: "Look at the shop first",
        ExternalEntityLink: "https://shop.example/preview",
      },
    },
  ],
};
