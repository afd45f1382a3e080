import { randomBytes } from "node:crypto";
import type { AccessKeys } from "../../access-keys.ts";
import { newId } from "../iam/state.ts";

export interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
  /** `AROA…:session-name`. */
  readonly userId: string;
  readonly arn: string;
}

export interface Sessions {
  open(session: Pick<Session, "userId" | "arn">, expiration: Date): Session;
  /** By access key id; an expired session is kept until another one is opened. */
  find(accessKeyId: string): Session | undefined;
}

export function createSessions(now: () => Date, accessKeys: AccessKeys): Sessions {
  const sessions = new Map<string, Session>();
  return {
    open: (identity, expiration) => {
      for (const [key, session] of sessions)
        if (session.expiration < now()) {
          sessions.delete(key);
          accessKeys.delete(key);
        }
      const session = {
        ...identity,
        expiration,
        // Temporary keys begin with ASIA and are 20 characters long (IAM user guide, "Unique identifiers").
        accessKeyId: newId("ASIA").slice(0, 20),
        secretAccessKey: randomBytes(30).toString("base64"),
        sessionToken: randomBytes(96).toString("base64"),
      };
      sessions.set(session.accessKeyId, session);
      accessKeys.set(session.accessKeyId, session);
      return session;
    },
    find: (accessKeyId) => sessions.get(accessKeyId),
  };
}
