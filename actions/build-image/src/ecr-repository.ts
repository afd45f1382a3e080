import {
  DescribeRepositoriesCommand,
  type ECRClient,
  GetAuthorizationTokenCommand,
} from "@aws-sdk/client-ecr";
import { Failure } from "../../shared/failure.ts";
import type { Credentials } from "./registry-authorization.ts";

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

/** User `AWS` and a token of 12 hours, which is masked in the log. */
export async function logIn(
  ecr: ECRClient,
  mask: (secret: string) => void,
  signal: AbortSignal,
): Promise<Credentials> {
  const { authorizationData } = await ecr.send(new GetAuthorizationTokenCommand({}), { abortSignal: signal });
  const token = authorizationData?.[0]?.authorizationToken;
  if (token === undefined) throw new Failure("ECR gave no authorization token");
  mask(token);
  const [user = "", ...password] = Buffer.from(token, "base64").toString("utf8").split(":");
  mask(password.join(":"));
  return { user, password: password.join(":") };
}

/** The region in the name of an ECR registry; undefined for any other registry. */
export function ecrRegion(host: string): string | undefined {
  // ECR user guide, "Private registry": <account>.dkr.ecr.<region>.amazonaws.com, in China with .cn
  return /^\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/.exec(host)?.[1];
}

function missing(name: string, cause: Error): Failure {
  return new Failure(`There is no ECR repository "${name}" in this account and region`, {
    nextStep: `correct the input repository, or create it: aws ecr create-repository --repository-name ${name}`,
    cause,
  });
}
