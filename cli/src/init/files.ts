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
    [`.github/workflows/rollback-${service}.yml`, rollbackWorkflow(deployed, target)],
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

const output = (name: string) => `\${{ steps.${name} }}`;

/** Returns a workflow of two jobs: the steps after the checkout of `build`, and two of `deploy`, handle the image. */
export function workflow(deployed: DeployedService, target: Target): string {
  const { service } = deployed;
  return `name: Deploy ${service}

on:
  push:
    branches: [main]

permissions: {}

# One deployment at a time, in the order of the commits.
concurrency: deploy-${service}

jobs:
${buildJob(target)}
${deployJob(deployed, target)}`;
}

function buildJob({ actions }: Target): string {
  return `  # Code of the repository runs here, such as tests and the Dockerfile. It finds no credentials.
  build:
    runs-on: ubuntu-latest
    permissions:
      contents: read
    outputs:
      digest: ${output("image.outputs.digest")}
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - uses: docker/setup-buildx-action@37fe631027851001ddb9b187196cc803df7f5f0e # v4.3.0
      - uses: ${actions}/actions/build-image@v1
        id: image
        with:
          builder: docker
          context: .
          outputs: type=oci,dest=image.tar
      - uses: actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1
        with:
          name: image
          path: image.tar
          overwrite: true
`;
}

/** Returns a workflow that a person starts. It runs no code of the repository. */
function rollbackWorkflow({ cluster, service, codedeploy }: DeployedService, target: Target): string {
  return `name: Roll back ${service}

on:
  workflow_dispatch:
    inputs:
      to:
        description: last-good, active (only stop the running deployment), previous-revision, or a revision number
        default: last-good

permissions: {}

# Not the deployment's group: the rollback ends a deployment that is in progress.
concurrency: rollback-${service}

jobs:
  rollback:
    runs-on: ubuntu-latest
    permissions:
      # For the role: it trusts GitHub's OIDC provider.
      id-token: write
    steps:
${logIn(target)}
      - uses: ${target.actions}/actions/rollback-service@v1
        with:
          cluster: ${yamlText(cluster)}
          service: ${yamlText(service)}
          to: \${{ inputs.to }}
${inputsOf({ "codedeploy-application": codedeploy?.application, "codedeploy-deployment-group": codedeploy?.group })}`;
}

const logIn = ({ actions, region }: Target) => `      - uses: ${actions}/actions/log-in-to-aws@v1
        with:
          role-to-assume: \${{ vars.AWS_ROLE_TO_ASSUME }}
          aws-region: ${region}`;

function inputsOf(inputs: Record<string, string | undefined>): string {
  return Object.entries(inputs)
    .flatMap(([name, value]) => (value === undefined ? [] : [`          ${name}: ${yamlText(value)}\n`]))
    .join("");
}

function deployJob(deployed: DeployedService, target: Target): string {
  const { cluster, service, container, repository, codedeploy } = deployed;
  const { actions } = target;
  const ofCodeDeploy = inputsOf({
    "codedeploy-appspec": codedeploy && "appspec.yaml",
    "codedeploy-application": codedeploy?.application,
    "codedeploy-deployment-group": codedeploy?.group,
  });
  return `  # Deploys exactly this image. Nothing of the repository runs here.
  deploy:
    needs: build
    runs-on: ubuntu-latest
    permissions:
      contents: read
      # For the role: it trusts GitHub's OIDC provider.
      id-token: write
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
${logIn(target)}
      - uses: actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1
        with:
          name: image
          path: \${{ runner.temp }}/image
      - uses: ${actions}/actions/build-image@v1
        id: image
        with:
          repository: ${yamlText(repository ?? service)}
          archive: \${{ runner.temp }}/image/image.tar
          digest: \${{ needs.build.outputs.digest }}
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
${ofCodeDeploy}`;
}

/** Quotes what YAML could read as something else than this text, and what GitHub would evaluate. */
function yamlText(text: string): string {
  return /^[A-Za-z_][\w./-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text)
    ? text
    : JSON.stringify(text).replaceAll("${{", `\${{ '\${{' }}`);
}
