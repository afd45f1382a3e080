import { Failure } from "../../../shared/failure.ts";
import type { Destination } from "../../../shared/registry/destination/destination.ts";
import type { DockerInputs } from "./inputs.ts";

/** Returns the destination's tag of the cache; each target has its own, or they would overwrite one another. */
export function cacheTag(target: string | undefined): string {
  return target === undefined ? "build-cache" : `build-cache-${target.toLowerCase()}`;
}

/** Throws when the requested cache cannot be stored. */
export function checkCache(
  { cache, target }: DockerInputs,
  { uri, isImmutable }: Destination,
  variables: NodeJS.ProcessEnv,
): void {
  const tag = cacheTag(target);
  if ((cache === "registry" || cache === "inline") && isImmutable(tag))
    throw new Failure(`Input cache is ${cache}, but the tags of ${uri} are immutable, ${tag} too`, {
      nextStep: `use cache gha, or exclude ${tag}* from the repository's tag immutability; nothing was changed.`,
    });
  const { ACTIONS_RUNTIME_TOKEN: token, ACTIONS_RESULTS_URL: url, ACTIONS_CACHE_URL: legacyUrl } = variables;
  // Without them buildx leaves the cache out and reports nothing.
  if (cache === "gha" && !(token && (url || legacyUrl)))
    throw new Failure(
      "Input cache is gha, but this step has no access to GitHub's cache (ACTIONS_RUNTIME_TOKEN, ACTIONS_RESULTS_URL)",
      {
        nextStep:
          "run this action with uses: on a GitHub runner (run: steps do not receive these variables), or use another cache; nothing was changed.",
      },
    );
}

/**
 * Returns arguments of buildx. A cache that cannot be written makes the next build slower and is no reason to fail this
 * one.
 */
export function cacheArguments({ cache, target }: DockerInputs, { uri }: Destination): string[] {
  const ref = `type=registry,ref=${uri}:${cacheTag(target)}`;
  const scope = `type=gha,scope=${cacheTag(target)}`;
  const byKind = {
    none: [],
    gha: ["--cache-from", scope, "--cache-to", `${scope},mode=max,ignore-error=true`],
    // ECR accepts a cache only as an image manifest of OCI's types: AWS blog, "Announcing remote cache support in
    // Amazon ECR".
    registry: [
      "--cache-from",
      ref,
      "--cache-to",
      `${ref},mode=max,image-manifest=true,oci-mediatypes=true,ignore-error=true`,
    ],
    inline: ["--cache-from", ref, "--cache-to", "type=inline"],
  };
  return byKind[cache];
}
