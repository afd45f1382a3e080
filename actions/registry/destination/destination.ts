import { connectToRegistry, type RegistryClient } from "../client.ts";
import type { RegistryContext } from "../ecr-login.ts";
import type { Credentials } from "../token.ts";
import type { RepositoryName } from "./repository-name.ts";

/** The repository of an image, or of a tag. */
export interface Destination {
  /** host or host:port */
  readonly host: string;
  /** Name of the repository within its registry. */
  readonly name: string;
  /** `<host>/<name>` */
  readonly uri: string;
  /** Name for another job of the same account, without the host: `ecr://<name>`; `uri` where that is not possible. */
  readonly portableUri: string;
  /** Returns whether an existing tag cannot be moved. */
  readonly isImmutable: (tag: string) => boolean;
  /** Login to ECR; Docker knows its own logins to other registries. */
  readonly credentials: Credentials | undefined;
  readonly registry: RegistryClient;
}

/** Opens a repository outside of ECR, where only a push shows which tags cannot be moved. */
export async function openElsewhere(
  { host, name, uri }: Extract<RepositoryName, { registry: "other" }>,
  context: RegistryContext,
): Promise<Destination> {
  const registry = await connectToRegistry(host, context);
  return { host, name, uri, portableUri: uri, isImmutable: () => false, credentials: undefined, registry };
}

/** A repository that was found. A missing and wanted one is only created by `open`. */
export interface FoundDestination {
  open(): Promise<Destination>;
}
