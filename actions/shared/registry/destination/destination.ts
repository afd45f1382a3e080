import type { ECRClient } from "@aws-sdk/client-ecr";
import type { Credentials } from "../authorization.ts";
import type { RegistryClient } from "../client.ts";

/** The repository that an image, or a tag of one, goes to. */
export interface Destination {
  /** host or host:port */
  readonly host: string;
  /** Name of the repository within its registry. */
  readonly name: string;
  /** `<host>/<name>` */
  readonly uri: string;
  /** As another job of the same account names it, without the host: `ecr://<name>`; `uri` where that is not possible. */
  readonly portableUri: string;
  /** Whether the tag, once it is there, stays where it is. */
  readonly isImmutable: (tag: string) => boolean;
  /** What `registry` logs in with; undefined where the registry asks for nothing. */
  readonly credentials: Credentials | undefined;
  readonly registry: RegistryClient;
  /** What private ECR knows of it; undefined in any other registry. */
  readonly ecr: EcrRepository | undefined;
}

export interface EcrRepository {
  readonly client: ECRClient;
  /** Account of the registry. */
  readonly registryId: string;
  readonly repositoryName: string;
}
