import type { InputReader } from "../../core/inputs.ts";
import { dockerHub } from "../image-name.ts";

/** The repository in the input `repository`. */
export type RepositoryName =
  /** Without account and region: those of the job. */
  | { readonly registry: "ecr"; readonly name: string; readonly elsewhere?: ElsewhereInEcr }
  | {
      readonly registry: "other";
      /** Host of the registry. */
      readonly host: string;
      readonly name: string;
      /** Docker's name for it. */
      readonly uri: string;
    };

interface ElsewhereInEcr {
  readonly host: string;
  readonly accountId: string;
  readonly region: string;
}

/** ECR API reference, CreateRepository, repositoryName. */
const ecrName = /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
/** distribution/reference: the components of a repository's path. */
const anyName = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const host = /^(?:[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9a-f:]+\])(?::\d{1,5})?$/;
/** ECR user guide, "Private registry" and "Using dual-stack endpoints". */
const ecrHost =
  /^(\d{12})\.(?:dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.(?:com|com\.cn|eu)|dkr-ecr(?:-fips)?\.([a-z0-9-]+)\.on\.(?:aws|amazonwebservices\.com\.cn))$/;

/**
 * Parses a name as Docker does: a part before the first slash with a dot, a colon or `localhost` is a registry;
 * otherwise the repository is in ECR.
 */
export function parseRepositoryName(text: string): RepositoryName | undefined {
  const slash = text.indexOf("/");
  const first = slash < 0 ? "" : text.slice(0, slash);
  if (!/[.:]/.test(first) && first !== "localhost")
    return ecrName.test(text) ? { registry: "ecr", name: text } : undefined;
  const name = text.slice(slash + 1);
  if (!host.test(first) || !anyName.test(name)) return undefined;
  const [, accountId, region, dualStackRegion] = ecrHost.exec(first) ?? [];
  if (accountId !== undefined)
    return ecrName.test(name)
      ? {
          registry: "ecr",
          name,
          elsewhere: { host: first, accountId, region: region ?? (dualStackRegion as string) },
        }
      : undefined;
  const inHub = first === "docker.io" || first === "index.docker.io";
  // A single word is one of Docker's own images.
  if (inHub && !name.includes("/")) return undefined;
  return { registry: "other", host: inHub ? dockerHub : first, name, uri: text };
}

/** OCI distribution-spec v1.1. */
const tagPattern = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/** Reads the tags of an input, one a line; refuses those that build-image reserves to find the image of a source. */
export function readTagNames(read: InputReader, input: string): readonly string[] {
  const given = read.lines(input);
  for (const tag of given)
    if (tag.startsWith("source-"))
      read.problem(
        `Input ${input} has "${tag}"; tags that begin with source- are reserved for source digests`,
      );
    else if (!tagPattern.test(tag))
      read.problem(
        `Input ${input} has "${tag}"; expected up to 128 letters, digits, _ . and -, not beginning with . or -`,
      );
  return given;
}
