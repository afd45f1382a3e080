import { studentArn } from "../../access-keys.ts";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import type { Service } from "../api.ts";
import type { Definition } from "../definition.ts";
import { assumeRoleOperations, createSessions } from "./assume-role.ts";

export const sts: Definition<"sts"> = {
  create: createSts,
  client: "sts",
  wires: [
    { protocol: "awsQuery", route: "2011-06-15", namespace: "https://sts.amazonaws.com/doc/2011-06-15/" },
  ],
  isGlobal: true,
};

/** Source of the responses' shape: STS API reference 2011-06-15. */
export function createSts(environment: Environment): Service<"sts"> {
  const { accountId, accessKeys, clock } = environment;
  const sessions = createSessions(() => clock.now(), accessKeys);

  /** A key without a session is the student's own. */
  const identityOf = (accessKeyId: string) => {
    const session = sessions.find(accessKeyId);
    if (!session)
      return {
        UserId: "AIDASIMULATEDSTUDENT",
        Account: accountId,
        Arn: studentArn(accountId),
      };
    if (session.expiration < clock.now())
      throw new AwsError(
        "ExpiredTokenException",
        "The security token included in the request is expired",
        403,
      );
    return { UserId: session.userId, Account: accountId, Arn: session.arn };
  };
  return {
    operations: {
      getCallerIdentity: (_input, { accessKeyId }) => identityOf(accessKeyId),
      ...assumeRoleOperations(environment, sessions, identityOf),
    },
  };
}
