import { studentArn } from "../access-keys.ts";
import type { GitServer } from "../runtime/git/serve-git.ts";
import type { FaultStrikes } from "./faults.ts";
import { strikeAfter, strikeBefore } from "./strike.ts";
import { jsonErrors } from "./wire.ts";

/** HTTP errors, the only ones that git shows. */
const gitErrors = {
  ...jsonErrors,
  denied: { code: "AccessDenied", statusCode: 403 },
  throttled: { code: "Throttling", statusCode: 429 },
};

/** Faults apply to Git's requests under the names of the required permissions: codecommit:GitPull and GitPush. */
export function permitUnlessStruck(faults: FaultStrikes, accountId: string): GitServer["permit"] {
  return async (operation, { accessKeyId, arn = studentArn(accountId) }) => {
    const call = { service: "codecommit", operation, accessKeyId } as const;
    const striking = faults.strike(call);
    await strikeBefore(striking, { ...call, callerArn: async () => arn }, gitErrors);
    return () => strikeAfter(striking);
  };
}
