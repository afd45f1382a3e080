import { DescribePullThroughCacheRulesCommand, type ECRClient } from "@aws-sdk/client-ecr";
import type { Finding } from "../../shared/findings.ts";
import { type Checking, tryLookUp } from "./checking.ts";

/**
 * Decides whether an image missing from ECR is a fault. It is none if a pull through cache rule fetches it at the first
 * pull (ECR user guide, "Sync an upstream registry": rules match the repository's prefix, ROOT matches all).
 */
export async function checkMissing(
  checking: Checking,
  ecr: ECRClient,
  { repository, registryId, fault }: { repository: string; registryId: string | undefined; fault: Finding },
): Promise<Finding> {
  const command = new DescribePullThroughCacheRulesCommand({ registryId });
  const { value } = await tryLookUp(
    checking,
    "pull through cache rules",
    (options) => ecr.send(command, options),
    {},
  );
  const rules = value?.pullThroughCacheRules ?? [];
  const brought = rules.some(
    ({ ecrRepositoryPrefix: prefix = "" }) => prefix === "ROOT" || repository.startsWith(`${prefix}/`),
  );
  if (brought) return { text: `${fault.text} yet: a pull through cache rule brings it.`, kind: "note" };
  if (value || !repository.includes("/")) return fault;
  return { text: `${fault.text}, unless a pull through cache rule brings it`, kind: "unchecked" };
}
