import type { Access, Tokens } from "./access.ts";
import type { RepositorySettings } from "./registry.ts";
import type { RegistryError } from "./registry-error.ts";

/** Differences between registries. */
export interface RegistryRules {
  access(context: RegistryContext): Access;
  /** Settings of a repository created by a push; undefined where repositories must exist before the push. */
  readonly newRepository?: RepositorySettings;
  /** Initial value of whether a push may use blobs from other repositories. */
  readonly blobMounting: boolean;
  /** URL to redirect a client to for a blob's bytes; undefined sends them from here. */
  blobLocation?(digest: string): string | undefined;
  /** Rewords this registry's errors that differ from the specification. */
  reword?(error: RegistryError): RegistryError;
}

export interface RegistryContext {
  readonly tokens: Tokens;
  /** host:port, once it is known. */
  readonly gateway: { readonly host: string; readonly port: number };
}
