import type { ActionDeclaration } from "@aws-sdk/client-codepipeline";
import type { Environment } from "../../environment.ts";

type Configuration = Readonly<Record<string, string>>;

/** Pages of the AWS console by provider, for the resource of an action. */
const pages: Readonly<
  Record<string, (home: (service: string) => string, given: Configuration) => string | undefined>
> = {
  CodeCommit: (home, { RepositoryName, BranchName }) =>
    `${home("codecommit")}#/repository/${RepositoryName}/browse/${BranchName}/--/`,
  ECR: (home, { RepositoryName }) => `${home("ecs")}#/repositories/${RepositoryName}#images;tagStatus=ALL`,
  S3: (home) => `${home("s3")}#`,
  CodeDeployToECS: (home, { ApplicationName, DeploymentGroupName }) =>
    `${home("codedeploy")}#/applications/${ApplicationName}/deployment-groups/${DeploymentGroupName}`,
  Manual: (_, { ExternalEntityLink }) => ExternalEntityLink,
};

export function entityUrl({ region }: Environment, { actionTypeId, configuration = {} }: ActionDeclaration) {
  const home = (service: string) => `https://console.aws.amazon.com/${service}/home?region=${region}`;
  return pages[actionTypeId?.provider ?? ""]?.(home, configuration);
}
