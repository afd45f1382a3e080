import { DescribeRepositoriesCommand, type ECRClient } from "@aws-sdk/client-ecr";
import { Failure } from "../../shared/failure.ts";

export interface EcrRepository {
  /** host or host:port */
  readonly host: string;
  readonly name: string;
  readonly uri: string;
  /** No tag that exists can be moved. */
  readonly immutable: boolean;
}

export async function findRepository(
  ecr: ECRClient,
  name: string,
  signal: AbortSignal,
): Promise<EcrRepository> {
  const command = new DescribeRepositoriesCommand({ repositoryNames: [name] });
  const { repositories } = await ecr.send(command, { abortSignal: signal }).catch((error) => {
    if (error instanceof Error && error.name === "RepositoryNotFoundException") throw missing(name, error);
    throw error;
  });
  const { repositoryUri: uri = "", imageTagMutability } = repositories?.[0] ?? {};
  const host = uri.slice(0, uri.indexOf("/"));
  if (host === "") throw new Failure(`ECR gave no address for the repository ${name}`);
  return { host, name, uri, immutable: imageTagMutability === "IMMUTABLE" };
}

function missing(name: string, cause: Error): Failure {
  return new Failure(`There is no ECR repository "${name}" in this account and region`, {
    nextStep: `correct the input repository, or create it: aws ecr create-repository --repository-name ${name}`,
    cause,
  });
}
