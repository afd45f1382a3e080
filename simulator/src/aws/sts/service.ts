import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";

/** Source of the answers' shape: STS API reference 2011-06-15. */
export function createSts({ accountId }: Environment): Service<"sts"> {
  return {
    operations: {
      getCallerIdentity: () => ({
        UserId: "AIDASIMULATEDSTUDENT",
        Account: accountId,
        Arn: `arn:aws:iam::${accountId}:user/student`,
      }),
    },
  };
}
