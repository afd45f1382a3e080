import type { CodeDeployGroup, DeployedService } from "./read-service.ts";

/** Where the files take the actions from and deploy to. */
export interface Target {
  /** `owner/name` of the repository that has the actions. */
  readonly actions: string;
  readonly region: string;
}

/** Returns the files for a service: path → content. */
export function filesOf(deployed: DeployedService, target: Target): Map<string, string> {
  const { service, codedeploy, taskDefinition } = deployed;
  return new Map([
    ["taskdef.json", `${JSON.stringify(taskDefinition, null, 2)}\n`],
    ...(codedeploy ? ([["appspec.yaml", appSpec(codedeploy)]] as const) : []),
    [`.github/workflows/deploy-${service}.yml`, workflow(deployed, target)],
  ]);
}

function appSpec({ containerName, containerPort }: CodeDeployGroup): string {
  return `version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: <TASK_DEFINITION>
        LoadBalancerInfo:
          ContainerName: ${yamlText(containerName)}
          ContainerPort: ${containerPort}
`;
}

function workflow(deployed: DeployedService, { actions, region }: Target): string {
  const { cluster, service, container, repository, codedeploy } = deployed;
  const output = (name: string) => `\${{ steps.${name} }}`;
  const ofCodeDeploy = [
    ["codedeploy-appspec", codedeploy && "appspec.yaml"],
    ["codedeploy-application", codedeploy?.application],
    ["codedeploy-deployment-group", codedeploy?.group],
  ].flatMap(([name, value]) => (value === undefined ? [] : [`          ${name}: ${yamlText(value)}\n`]));
  return `name: Deploy ${service}

on:
  push:
    branches: [main]

permissions:
  contents: read
  # For the role: it trusts GitHub's OIDC provider.
  id-token: write

# One deployment at a time.
concurrency: deploy-${service}

jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
      - uses: ${actions}/actions/log-in-to-aws@v1
        with:
          role-to-assume: \${{ vars.AWS_ROLE_TO_ASSUME }}
          aws-region: ${region}
      - uses: ${actions}/actions/build-image@v1
        id: image
        with:
          repository: ${yamlText(repository ?? service)}
          builder: docker
          context: .
      - uses: ${actions}/actions/render-task-definition@v1
        id: render
        with:
          task-definition: taskdef.json
          images: ${container}=${output("image.outputs.image")}
      - uses: ${actions}/actions/deploy-service@v1
        with:
          cluster: ${yamlText(cluster)}
          service: ${yamlText(service)}
          task-definition: ${output("render.outputs.task-definition")}
${ofCodeDeploy.join("")}`;
}

/** Quotes what YAML could read as something else than this text, and what GitHub would evaluate. */
function yamlText(text: string): string {
  return /^[A-Za-z_][\w./-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text)
    ? text
    : JSON.stringify(text).replaceAll("${{", `\${{ '\${{' }}`);
}
