import {
  DescribeRepositoriesCommand,
  type ECRPUBLICClient,
  GetAuthorizationTokenCommand,
  type Repository,
} from "@aws-sdk/client-ecr-public";
import type { Credentials } from "../authorization.ts";
import { credentialsOf } from "../ecr-login.ts";
import type { RegistryWorld } from "../registry-world.ts";
import { persist } from "./persist.ts";

/** Undefined when there is none. */
export async function describeInPublicEcr(
  client: ECRPUBLICClient,
  repositoryName: string,
  world: RegistryWorld,
): Promise<Repository | undefined> {
  const command = new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] });
  const call = () => client.send(command, { abortSignal: world.signal });
  const answer = await persist("find the repository", call, world).catch((error) => {
    if (error instanceof Error && error.name === "RepositoryNotFoundException") return undefined;
    throw error;
  });
  return answer?.repositories?.[0];
}

export async function logInToPublicEcr(client: ECRPUBLICClient, world: RegistryWorld): Promise<Credentials> {
  const call = () => client.send(new GetAuthorizationTokenCommand({}), { abortSignal: world.signal });
  const { authorizationData } = await persist("log in to public ECR", call, world);
  return credentialsOf(authorizationData?.authorizationToken, world.mask);
}
