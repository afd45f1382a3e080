import type { AccessKey } from "../../access-keys.ts";
import { type SignedTarget, sign } from "./credentials.ts";

/** Returns user and password as the AWS CLI's helper makes them, for a repository of a simulator's default region. */
export function signedCredentials(
  key: AccessKey,
  target: Partial<SignedTarget> & Pick<SignedTarget, "path">,
  at = new Date(),
): { user: string; password: string } {
  const time = at.toISOString().replace(/[-:]|\.\d+Z$/g, "");
  const signature = sign(key, { region: "us-east-1", host: "127.0.0.1", ...target }, time);
  const token = key.sessionToken === undefined ? "" : `%${key.sessionToken}`;
  return { user: `${key.accessKeyId}${token}`, password: `${time}Z${signature}` };
}

/** RFC 7617. */
export function basic({ user, password }: { user: string; password: string }): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}
