import type { ActionDeclaration, PipelineDeclaration } from "@aws-sdk/client-codepipeline";
import type { DescribeRuleCommandOutput } from "@aws-sdk/client-eventbridge";
import type { Lab } from "../lab.ts";
import { broken, type Outcome, verdict } from "../outcome.ts";
import { actionsOf, type ServiceName, services } from "../parts.ts";

const withProvider = (pipeline: PipelineDeclaration, provider: string): ActionDeclaration | undefined =>
  actionsOf(pipeline).find(({ actionTypeId }) => actionTypeId?.provider === provider);

export async function checkPipeline({ roles }: Lab, service: ServiceName): Promise<Outcome> {
  const pipeline = await roles.pipeline(service);
  const [files, image, deploy] = ["CodeCommit", "ECR", "CodeDeployToECS"].map((provider) =>
    withProvider(pipeline, provider),
  );
  const group = await roles.deploymentGroup(service);
  const {
    DeploymentGroupName,
    TaskDefinitionTemplatePath = "",
    AppSpecTemplatePath = "",
  } = deploy?.configuration ?? {};
  const problems: string[] = [];
  if (!files) problems.push("has no CodeCommit source");
  if (!image) problems.push("has no ECR source: an image push cannot start it");
  if (!deploy) problems.push("has no deploy action for Amazon ECS (Blue/Green)");
  else {
    if (DeploymentGroupName !== group.deploymentGroupName)
      problems.push(`deploys by ${DeploymentGroupName}, not ${group.deploymentGroupName}`);
    for (const path of [TaskDefinitionTemplatePath, AppSpecTemplatePath])
      if (services.some((other) => other !== service && path.includes(other)))
        problems.push(`uses ${path}, the other service's file`);
  }
  return verdict(
    problems.map((problem) => `${pipeline.name} ${problem}`),
    `${pipeline.name}: ${files?.configuration?.RepositoryName}/${files?.configuration?.BranchName} and ECR`,
  );
}

export async function checkPipelineImage({ roles }: Lab, service: ServiceName): Promise<Outcome> {
  const pipeline = await roles.pipeline(service);
  const { repositoryName } = await roles.imageRepository(service);
  const image = withProvider(pipeline, "ECR");
  const { RepositoryName, ImageTag = "latest" } = image?.configuration ?? {};
  const { Image1ArtifactName, Image1ContainerName } =
    withProvider(pipeline, "CodeDeployToECS")?.configuration ?? {};
  const artifact = image?.outputArtifacts?.[0]?.name;
  const problems = image
    ? broken(
        [RepositoryName === repositoryName, `takes the image ${RepositoryName}, not ${repositoryName}`],
        [ImageTag === "latest", `waits for the tag ${ImageTag}, not latest`],
        [Image1ArtifactName === artifact, `deploys the artifact ${Image1ArtifactName}, not ${artifact}`],
        [
          Image1ContainerName === "IMAGE1_NAME",
          `has the placeholder ${Image1ContainerName}, not IMAGE1_NAME`,
        ],
      )
    : ["has no ECR source"];
  return verdict(
    problems.map((problem) => `${pipeline.name} ${problem}`),
    `${pipeline.name} takes ${RepositoryName}:${ImageTag}`,
  );
}

export async function checkTrigger({ account, roles }: Lab, service: ServiceName): Promise<Outcome> {
  const { name } = await roles.pipeline(service);
  const { repositoryName = "" } = await roles.imageRepository(service);
  const arn = `arn:aws:codepipeline:${account.region}:${await account.id()}:${name}`;
  const rules = (await account.rulesWithTarget(arn)).filter((rule) => isForImage(rule, repositoryName));
  const enabled = rules.find(({ State }) => State === "ENABLED");
  if (enabled) return verdict([], `rule ${enabled.Name} starts ${name}`);
  if (rules[0]) return verdict([`the rule ${rules[0].Name} that starts ${name} is ${rules[0].State}`], "");
  return verdict([`no EventBridge rule starts ${name} when ${repositoryName}:latest is pushed`], "");
}

function isForImage({ EventPattern = "{}" }: DescribeRuleCommandOutput, repository: string): boolean {
  const { source = [], detail = {} } = JSON.parse(EventPattern) as {
    source?: string[];
    detail?: { "repository-name"?: unknown[]; "image-tag"?: unknown[] };
  };
  const { "repository-name": names, "image-tag": tags } = detail;
  return (
    source.includes("aws.ecr") && (!names || names.includes(repository)) && (!tags || tags.includes("latest"))
  );
}
