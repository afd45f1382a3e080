import type { PipelineDeclaration } from "@aws-sdk/client-codepipeline";
import { createDelivery } from "../../../outside-clients/delivery.support.ts";
import { appSpecFile, webTaskDefinition, webVersion } from "../../../outside-clients/web.support.ts";
import { type TestSimulator, testListenerPortOffset } from "../../../test-simulator.support.ts";
import { pushProgram } from "../../ecs/controller/push-program.support.ts";
import { deliveryActions } from "../pipeline.support.ts";
import { type Pipelines, preparePipelines, stage } from "./pipelines.support.ts";

const { definitions, image, deploy } = deliveryActions("web", "outside", "web");

export { deploy };

/** Returns the task definition as the course writes it, for a service whose tasks return this version. */
export const taskDefinitionFile = (version: string) =>
  webTaskDefinition("<IMAGE1_NAME>", webVersion(version));

/** Creates the course's pipeline and everything it deploys with, but no image and no files. */
export async function preparePipelineDelivery(simulator: TestSimulator) {
  const { aws } = simulator;
  const delivery = await createDelivery(simulator, testListenerPortOffset());
  const pipelines = await preparePipelines(simulator);
  await aws.codecommit.createRepository({ repositoryName: "deployment" });
  const pipeline: PipelineDeclaration = {
    name: "update-web",
    pipelineType: "V2",
    executionMode: "SUPERSEDED",
    roleArn: "arn:aws:iam::123456789012:role/PipelineRole",
    artifactStore: { type: "S3", location: pipelines.bucket },
    stages: [
      stage("Source", { ...definitions, namespace: "SourceVariables" }, image),
      stage("Deploy", deploy),
    ],
  };
  let parentCommitId: string | undefined;
  return {
    delivery,
    pipelines,
    pipeline,
    /** Commits the two definition files to the branch dev; resolves with the commit's id. */
    async commitFiles(version: string) {
      const { commitId = "" } = await aws.codecommit.createCommit({
        repositoryName: "deployment",
        branchName: "dev",
        parentCommitId,
        commitMessage: `version ${version}`,
        putFiles: [
          { filePath: "taskdef-web.json", fileContent: text(JSON.stringify(taskDefinitionFile(version))) },
          { filePath: "appspec-web.yaml", fileContent: text(appSpecFile) },
        ],
      });
      parentCommitId = commitId;
      return commitId;
    },
    /** A different text in the program makes a different image. */
    pushImage: (answer = "") => pushProgram(simulator, delivery.repositoryUri, server(answer)),
    /** Creates a rule that starts the pipeline; resolves with its ARN. */
    async startOn(Name: string, pattern: object) {
      const { RuleArn = "" } = await aws.events.putRule({ Name, EventPattern: JSON.stringify(pattern) });
      const Arn = `arn:aws:codepipeline:us-east-1:123456789012:${pipeline.name}`;
      await aws.events.putTargets({ Rule: Name, Targets: [{ Id: "p", Arn, RoleArn: pipeline.roleArn }] });
      return RuleArn;
    },
    async deployed(pipelines: Pipelines, id: string | undefined) {
      const run = (await pipelines.actions("update-web", id)).findLast(
        ({ actionName }) => actionName === "Deploy",
      );
      return run?.output?.executionResult;
    },
  };
}

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}

function server(answer: string): string {
  return `import { createServer } from "node:http";
createServer((request, response) => response.end(${JSON.stringify(answer)} + process.env.VERSION)).listen(8080);
process.on("SIGTERM", () => process.exit(0));`;
}
