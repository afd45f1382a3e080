import type { ActionDeclaration, PipelineDeclaration } from "@aws-sdk/client-codepipeline";
import { trustOf } from "../../kit/policies.support.ts";
import type { Aws } from "../api.ts";

/** A role that CodePipeline may assume, and EventBridge to start pipelines; resolves with its ARN. */
export async function createPipelineRole({ iam }: Pick<Aws, "iam">, RoleName: string): Promise<string> {
  const trust = trustOf("codepipeline.amazonaws.com", "events.amazonaws.com");
  const { Role } = await iam.createRole({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) });
  return Role?.Arn ?? "";
}

const type = (category: "Source" | "Deploy", provider: string) => ({
  category,
  owner: "AWS" as const,
  provider,
  version: "1",
});

/** The course's pipeline: definitions from CodeCommit and an image from ECR, deployed by CodeDeploy. */
export function deliveryActions(service: string, applicationName: string, deploymentGroupName: string) {
  return {
    definitions: {
      name: "Definitions",
      actionTypeId: type("Source", "CodeCommit"),
      configuration: { RepositoryName: "deployment", BranchName: "dev", PollForSourceChanges: "false" },
      outputArtifacts: [{ name: "SourceArtifact" }],
    },
    image: {
      name: "Image",
      actionTypeId: type("Source", "ECR"),
      configuration: { RepositoryName: service, ImageTag: "latest" },
      outputArtifacts: [{ name: `image-${service}` }],
    },
    deploy: {
      name: "Deploy",
      actionTypeId: type("Deploy", "CodeDeployToECS"),
      configuration: {
        ApplicationName: applicationName,
        DeploymentGroupName: deploymentGroupName,
        TaskDefinitionTemplateArtifact: "SourceArtifact",
        TaskDefinitionTemplatePath: `taskdef-${service}.json`,
        AppSpecTemplateArtifact: "SourceArtifact",
        AppSpecTemplatePath: `appspec-${service}.yaml`,
        Image1ArtifactName: `image-${service}`,
        Image1ContainerName: "IMAGE1_NAME",
      },
      inputArtifacts: [{ name: "SourceArtifact" }, { name: `image-${service}` }],
    },
  } satisfies Record<string, ActionDeclaration>;
}

/** The same for the service customer, whole. */
export function deliveryPipeline(name: string): PipelineDeclaration {
  const { definitions, image, deploy } = deliveryActions(
    "customer",
    "microservices",
    "microservices-customer",
  );
  return {
    name,
    roleArn: "arn:aws:iam::123456789012:role/PipelineRole",
    artifactStore: { type: "S3", location: "artifacts-of-pipelines" },
    stages: [
      { name: "Source", actions: [definitions, image] },
      { name: "Deploy", actions: [deploy] },
    ],
  };
}

/** Event that starts the pipeline for the service web, as in infra-templates/pipeline.yaml. */
export const imagePushed = {
  source: ["aws.ecr"],
  "detail-type": ["ECR Image Action"],
  detail: {
    "action-type": ["PUSH"],
    result: ["SUCCESS"],
    "repository-name": ["web"],
    "image-tag": ["latest"],
  },
};
export const filesPushed = {
  source: ["aws.codecommit"],
  "detail-type": ["CodeCommit Repository State Change"],
  detail: {
    event: ["referenceCreated", "referenceUpdated"],
    referenceType: ["branch"],
    referenceName: ["dev"],
  },
};
