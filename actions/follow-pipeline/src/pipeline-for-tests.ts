import type { ActionDeclaration, PipelineDeclaration, StageDeclaration } from "@aws-sdk/client-codepipeline";
import type { Simulator } from "../../../simulator/src/simulator.ts";

/** The files that a pipeline deploys with. */
export const definitions = {
  "taskdef-web.json": JSON.stringify({
    family: "web",
    requiresCompatibilities: ["FARGATE"],
    networkMode: "awsvpc",
    cpu: "256",
    memory: "512",
    executionRoleArn: "arn:aws:iam::123456789012:role/execution",
    containerDefinitions: [
      {
        name: "web",
        image: "<IMAGE1_NAME>",
        portMappings: [{ containerPort: 8080 }],
        logConfiguration: {
          logDriver: "awslogs",
          options: { "awslogs-group": "web", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "web" },
        },
      },
    ],
  }),
  "appspec-web.yaml": `version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: <TASK_DEFINITION>
        LoadBalancerInfo:
          ContainerName: web
          ContainerPort: 8080
`,
};

/** What the console makes without saying so, and nothing else does. */
export async function createRules({ aws }: Simulator, pipelineName: string): Promise<void> {
  const Arn = `arn:aws:codepipeline:us-east-1:123456789012:${pipelineName}`;
  const RoleArn = "arn:aws:iam::123456789012:role/events";
  for (const [what, pattern] of Object.entries(changes)) {
    const Name = `${pipelineName}-${what}`;
    await aws.events.putRule({ Name, EventPattern: JSON.stringify(pattern) });
    await aws.events.putTargets({ Rule: Name, Targets: [{ Id: pipelineName, Arn, RoleArn }] });
  }
}

/** As in infra-templates/pipeline.yaml. */
const changes = {
  "image-pushed": {
    source: ["aws.ecr"],
    "detail-type": ["ECR Image Action"],
    detail: {
      "action-type": ["PUSH"],
      result: ["SUCCESS"],
      "repository-name": ["web"],
      "image-tag": ["latest"],
    },
  },
  "files-changed": {
    source: ["aws.codecommit"],
    "detail-type": ["CodeCommit Repository State Change"],
    detail: {
      event: ["referenceCreated", "referenceUpdated"],
      referenceType: ["branch"],
      referenceName: ["dev"],
    },
  },
};

const type = (category: "Source" | "Deploy", provider: string) => ({
  category,
  owner: "AWS" as const,
  provider,
  version: "1",
});

/** The course's pipeline, with stages between source and deployment. */
export function pipeline(
  name: string,
  roleArn: string,
  between: readonly StageDeclaration[],
): PipelineDeclaration {
  const sources: ActionDeclaration[] = [
    {
      name: "Source",
      actionTypeId: type("Source", "CodeCommit"),
      configuration: { RepositoryName: "deployment", BranchName: "dev", PollForSourceChanges: "false" },
      outputArtifacts: [{ name: "SourceArtifact" }],
    },
    {
      name: "Image",
      actionTypeId: type("Source", "ECR"),
      configuration: { RepositoryName: "web", ImageTag: "latest" },
      outputArtifacts: [{ name: "image-web" }],
    },
  ];
  const deploy: ActionDeclaration = {
    name: "Deploy",
    actionTypeId: type("Deploy", "CodeDeployToECS"),
    configuration: {
      ApplicationName: "outside",
      DeploymentGroupName: "web",
      TaskDefinitionTemplateArtifact: "SourceArtifact",
      TaskDefinitionTemplatePath: "taskdef-web.json",
      AppSpecTemplateArtifact: "SourceArtifact",
      AppSpecTemplatePath: "appspec-web.yaml",
      Image1ArtifactName: "image-web",
      Image1ContainerName: "IMAGE1_NAME",
    },
    inputArtifacts: [{ name: "SourceArtifact" }, { name: "image-web" }],
  };
  return {
    name,
    roleArn,
    executionMode: "SUPERSEDED",
    artifactStore: { type: "S3", location: "artifacts-of-pipelines" },
    stages: [{ name: "Source", actions: sources }, ...between, { name: "Deploy", actions: [deploy] }],
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
