import { DescribeRepositoriesCommand, type ECRClient, type Repository } from "@aws-sdk/client-ecr";
import { isAccessDenied } from "../../core/aws-errors.ts";
import { Failure } from "../../core/failure.ts";
import { retryOutages } from "../../core/outage-tolerance.ts";
import { createRegistryClient } from "../client.ts";
import { logIn, type RegistryContext } from "../ecr-login.ts";
import type { Credentials } from "../token.ts";
import type { Destination } from "./destination.ts";
import type { RepositoryName } from "./repository-name.ts";

export type EcrName = Extract<RepositoryName, { registry: "ecr" }>;

/**
 * Finds a repository in private ECR. The address comes from the response, since a name alone does not contain the
 * account.
 */
export async function findInEcr(name: EcrName, context: RegistryContext) {
  const client = await context.createEcr(name.elsewhere?.region);
  const [repository, credentials] = await both(describeInEcr(client, name, context), logIn(client, context));
  return {
    client,
    repository,
    /** Opens the repository that was found, or one that was created since. */
    open: (opened: Repository) => toDestination(opened, { client, name, credentials, context }),
  };
}

/** Returns undefined when it does not exist. */
export async function describeInEcr(
  client: ECRClient,
  name: EcrName,
  context: RegistryContext,
): Promise<Repository | undefined> {
  const { signal, log } = context;
  const command = new DescribeRepositoriesCommand({
    ...(name.elsewhere && { registryId: name.elsewhere.accountId }),
    repositoryNames: [name.name],
  });
  const call = () => client.send(command, { abortSignal: signal });
  try {
    const { repositories } = await retryOutages(context, call, { firstContact: true });
    return repositories?.[0];
  } catch (error) {
    if (error instanceof Error && error.name === "RepositoryNotFoundException") return undefined;
    // Another account often grants pushing only, which needs only its registry's name.
    if (!name.elsewhere || !isAccessDenied(error)) throw error;
    log.notice(
      `Could not check the repository's settings (${(error as Error).message}); the registry will reject what it does not accept.`,
    );
    const { host, accountId } = name.elsewhere;
    return { repositoryUri: `${host}/${name.name}`, registryId: accountId };
  }
}

export function missingInEcr({ name, elsewhere }: EcrName, nextStep: string): Failure {
  const where = elsewhere
    ? `the account ${elsewhere.accountId} and the region ${elsewhere.region}`
    : "this account and region";
  return new Failure(`ECR repository "${name}" does not exist in ${where}`, { nextStep });
}

interface Opened {
  readonly client: ECRClient;
  readonly name: EcrName;
  readonly credentials: Credentials;
  readonly context: RegistryContext;
}

function toDestination(repository: Repository, { client, name, credentials, context }: Opened): Destination {
  const { repositoryUri: uri = "" } = repository;
  const slash = uri.indexOf("/");
  if (slash < 1) throw new Failure(`ECR did not return an address for the repository ${name.name}`);
  const host = uri.slice(0, slash);
  return {
    host,
    name: uri.slice(slash + 1),
    uri,
    portableUri: name.elsewhere ? uri : `ecr://${name.name}`,
    isImmutable: (tag) => isImmutable(tag, repository),
    credentials,
    registry: createRegistryClient({
      ...context,
      host,
      credentials,
      renewCredentials: () => logIn(client, context),
    }),
  };
}

/** ECR API reference, ImageTagMutabilityExclusionFilter: `*` matches any text. */
function isImmutable(
  tag: string,
  { imageTagMutability = "MUTABLE", imageTagMutabilityExclusionFilters: filters = [] }: Repository,
): boolean {
  const excluded = filters.some(({ filter = "" }) => matches(tag, filter));
  return imageTagMutability.startsWith("IMMUTABLE") !== excluded;
}

/** Matches each part at the first place after the one before: linear, unlike a pattern with several `.*`. */
function matches(tag: string, filter: string): boolean {
  const [first = "", ...parts] = filter.split("*");
  const last = parts.pop();
  if (last === undefined) return tag === filter;
  if (!tag.startsWith(first)) return false;
  let at = first.length;
  for (const part of parts) {
    const found = tag.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return tag.endsWith(last) && at + last.length <= tag.length;
}

/** Awaits both to their end, even if one fails. Throws the failure of `one` first. */
async function both<One, Other>(one: Promise<One>, other: Promise<Other>): Promise<[One, Other]> {
  await Promise.allSettled([one, other]);
  return [await one, await other];
}
