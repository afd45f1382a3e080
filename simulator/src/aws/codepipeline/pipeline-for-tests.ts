import type { ActionDeclaration, PipelineDeclaration } from "@aws-sdk/client-codepipeline";
import type { Aws } from "../api.ts";

/** A role that CodePipeline may assume, and EventBridge to start pipelines; resolves with its ARN. */
export async function createPipelineRole({ iam }: Pick<Aws, "iam">, RoleName: string): Promise<string> {
  const { Role } = await iam.createRole({
    RoleName,
    AssumeRolePolicyDocument: JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: ["codepipeline.amazonaws.com", "events.amazonaws.com"] },
          Action: "sts:AssumeRole",
        },
      ],
    }),
  });
  return Role?.Arn ?? "";
}

const type = (category: "Source" | "Deploy", provider: string) => ({
  category,
  owner: "AWS" as const,
  provider,
  version: "1",
});

/** The pipeline of the course: definitions from CodeCommit and an image from ECR, deployed by CodeDeploy. */
export function deliveryPipeline(name: string): PipelineDeclaration {
  const sources: ActionDeclaration[] = [
    {
      name: "Definitions",
      actionTypeId: type("Source", "CodeCommit"),
      configuration: { RepositoryName: "deployment", BranchName: "dev", PollForSourceChanges: "false" },
      outputArtifacts: [{ name: "SourceArtifact" }],
    },
    {
      name: "Image",
      actionTypeId: type("Source", "ECR"),
      configuration: { RepositoryName: "customer", ImageTag: "latest" },
      outputArtifacts: [{ name: "image-customer" }],
    },
  ];
  const deploy: ActionDeclaration = {
    name: "Deploy",
    actionTypeId: type("Deploy", "CodeDeployToECS"),
    configuration: {
      ApplicationName: "microservices",
      DeploymentGroupName: "microservices-customer",
      TaskDefinitionTemplateArtifact: "SourceArtifact",
      TaskDefinitionTemplatePath: "taskdef-customer.json",
      AppSpecTemplateArtifact: "SourceArtifact",
      AppSpecTemplatePath: "appspec-customer.yaml",
      Image1ArtifactName: "image-customer",
      Image1ContainerName: "IMAGE1_NAME",
    },
    inputArtifacts: [{ name: "SourceArtifact" }, { name: "image-customer" }],
  };
  return {
    name,
    roleArn: "arn:aws:iam::123456789012:role/PipelineRole",
    artifactStore: { type: "S3", location: "artifacts-of-pipelines" },
    stages: [
      { name: "Source", actions: sources },
      { name: "Deploy", actions: [deploy] },
    ],
  };
}
