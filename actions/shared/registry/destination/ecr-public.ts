import type { ECRPUBLICClient, Repository } from "@aws-sdk/client-ecr-public";
import { Failure } from "../../failure.ts";
import { createRegistryClient } from "../client.ts";
import type { RegistryWorld } from "../registry-world.ts";
import { both } from "./both.ts";
import type { Destination } from "./destination.ts";
import { describeInPublicEcr, logInToPublicEcr } from "./public-ecr-api.ts";
import type { RepositoryName } from "./repository-name.ts";

export type PublicName = Extract<RepositoryName, { registry: "ecr-public" }>;

export interface FoundInPublicEcr {
  readonly client: ECRPUBLICClient;
  /** Undefined when there is none. */
  readonly repository: Repository | undefined;
  /** Takes the repository that was found, or one that was created since. */
  readonly open: (repository: Repository | undefined) => Destination;
}

/** Public ECR: tags can always be moved, and images are neither scanned nor expired. `input` gave the name. */
export async function findInPublicEcr(
  name: PublicName,
  input: string,
  world: RegistryWorld,
): Promise<FoundInPublicEcr> {
  const client = await world.createEcrPublic();
  const logIn = () => logInToPublicEcr(client, world);
  const [repository, credentials] = await both(describeInPublicEcr(client, name.name, world), logIn());
  return {
    client,
    repository,
    open(opened) {
      const uri = opened?.repositoryUri ?? "";
      const [host = "", ...path] = uri.split("/");
      if (path.length === 0) throw new Failure(`ECR gave no address for the public repository ${name.name}`);
      assertAlias([path.slice(0, -name.name.split("/").length).join("/")], name, input);
      return {
        host,
        name: path.join("/"),
        uri,
        portableUri: uri,
        isImmutable: () => false,
        credentials,
        registry: createRegistryClient({ ...world, host, credentials, renewCredentials: logIn }),
        ecr: undefined,
      };
    },
  };
}

/** The API knows the account's own registry only, so another alias would be elsewhere than it says. */
export function assertAlias(aliases: readonly string[], { alias, name }: PublicName, input: string): void {
  if (aliases.includes(alias)) return;
  const [own] = aliases;
  throw new Failure(
    `The input ${input} names the public registry ${alias}, and the job's account has ${own ?? "none"}`,
    {
      nextStep:
        own === undefined
          ? "log in to the other account."
          : `give public.ecr.aws/${own}/${name}, or log in to the other account.`,
    },
  );
}

export function missingInPublicEcr({ alias, name }: PublicName, nextStep: string): Failure {
  return new Failure(`There is no repository "${name}" in this account's public registry (${alias})`, {
    nextStep,
  });
}
