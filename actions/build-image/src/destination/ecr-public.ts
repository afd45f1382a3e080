import { Failure } from "../../../shared/failure.ts";
import { createRegistryClient } from "../../../shared/registry/client.ts";
import type { BuildEnvironment } from "../environment.ts";
import { both } from "./both.ts";
import type { FoundDestination } from "./find-destination.ts";
import type { RepositoryCreation } from "./inputs.ts";
import { createPublicEcr, type PublicEcr } from "./public-ecr-api.ts";
import type { RepositoryName } from "./repository-name.ts";

type PublicName = Extract<RepositoryName, { registry: "ecr-public" }>;

/** Public ECR: tags can always be moved, and images are neither scanned nor expired. */
export async function findInPublicEcr(
  name: PublicName,
  creation: RepositoryCreation | undefined,
  environment: BuildEnvironment,
): Promise<FoundDestination> {
  const ecr = createPublicEcr(await environment.createEcrPublic(), environment);
  const [found, credentials] = await both(ecr.describe(name.name), ecr.logIn());
  if (!found && !creation) throw missing(name);
  return {
    async open() {
      const repository = found ?? (await create(ecr, name, creation as RepositoryCreation));
      const uri = repository?.repositoryUri ?? "";
      const [host = "", ...path] = uri.split("/");
      if (path.length === 0) throw new Failure(`ECR gave no address for the public repository ${name.name}`);
      assertAlias([path.slice(0, -name.name.split("/").length).join("/")], name);
      return {
        host,
        name: path.join("/"),
        uri,
        portableUri: uri,
        isImmutable: () => false,
        credentials,
        registry: createRegistryClient({ ...environment, host, credentials, renewCredentials: ecr.logIn }),
        ecr: undefined,
      };
    },
  };
}

/** Another job may create it at the same moment. */
async function create(ecr: PublicEcr, name: PublicName, creation: RepositoryCreation) {
  assertAlias(await ecr.aliases(), name);
  return (await ecr.create(name.name, creation.tags)) ?? (await ecr.describe(name.name));
}

/** The API knows the account's own registry only, so another alias would send the image elsewhere than it says. */
function assertAlias(aliases: readonly string[], { alias, name }: PublicName): void {
  if (aliases.includes(alias)) return;
  const [own] = aliases;
  throw new Failure(
    `The input repository names the public registry ${alias}, and the job's account has ${own ?? "none"}`,
    {
      nextStep:
        own === undefined
          ? "log in to the other account."
          : `give public.ecr.aws/${own}/${name}, or log in to the other account.`,
    },
  );
}

function missing({ alias, name }: PublicName): Failure {
  return new Failure(`There is no repository "${name}" in this account's public registry (${alias})`, {
    nextStep: `correct the input repository, set create-repository: true, or create it: aws ecr-public create-repository --region us-east-1 --repository-name ${name}`,
  });
}
