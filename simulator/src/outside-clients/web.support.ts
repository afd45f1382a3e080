import type { ContainerDefinition, RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import type { Simulator } from "../simulator.ts";

/** The service `web`, which listens on port 8080. */
export function webTaskDefinition(image: string, more: Partial<ContainerDefinition> = {}) {
  return {
    family: "web",
    requiresCompatibilities: ["FARGATE"],
    networkMode: "awsvpc",
    cpu: "256",
    memory: "512",
    executionRoleArn: "arn:aws:iam::123456789012:role/execution",
    containerDefinitions: [{ name: "web", image, portMappings: [{ containerPort: 8080 }], ...more }],
  } satisfies RegisterTaskDefinitionCommandInput;
}

export const webLogs: Partial<ContainerDefinition> = {
  logConfiguration: {
    logDriver: "awslogs",
    options: { "awslogs-group": "web", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "web" },
  },
};

export const webVersion = (value: string): Partial<ContainerDefinition> => ({
  environment: [{ name: "VERSION", value }],
});

/** Registers a revision of `web` whose tasks respond with this version; returns its ARN. */
export async function registerWeb(
  { aws }: Simulator,
  repositoryUri: string,
  version: string,
  more: Partial<ContainerDefinition> = {},
): Promise<string> {
  const { taskDefinition } = await aws.ecs.registerTaskDefinition(
    webTaskDefinition(`${repositoryUri}:latest`, { ...webVersion(version), ...more }),
  );
  return taskDefinition?.taskDefinitionArn ?? "";
}

/** The course's AppSpec for a container, with more properties of its service. */
export const appSpecOf = (container: string, taskDefinition = "<TASK_DEFINITION>", more: object = {}) => ({
  version: 0,
  Resources: [
    {
      TargetService: {
        Type: "AWS::ECS::Service",
        Properties: {
          TaskDefinition: taskDefinition,
          LoadBalancerInfo: { ContainerName: container, ContainerPort: 8080 },
          ...more,
        },
      },
    },
  ],
});

/** The same as YAML. */
export const appSpecFile = `version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: <TASK_DEFINITION>
        LoadBalancerInfo:
          ContainerName: web
          ContainerPort: 8080
`;
