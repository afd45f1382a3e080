import type { Perform } from "./action.ts";
import { deployToEcs } from "./deploy-to-ecs.ts";
import { waitForApproval } from "./manual-approval.ts";
import { sources } from "./sources.ts";

/** Returns the implementation of a provider of aws/codepipeline/providers.ts. */
export function performerOf(provider: string | undefined): Perform {
  const found = sources.get(provider)?.perform ?? others.get(provider);
  if (!found) throw new Error(`no action of the provider ${provider} can be performed`);
  return found;
}

const others: ReadonlyMap<string | undefined, Perform> = new Map([
  ["Manual", waitForApproval],
  ["CodeDeployToECS", deployToEcs],
]);
