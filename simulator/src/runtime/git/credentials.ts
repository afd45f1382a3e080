import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { AccessKey, AccessKeys } from "../../access-keys.ts";

/** Reason why these credentials are refused, as git shows it to its user. */
export class CredentialsRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = "CredentialsRefused";
  }
}

/** The target that a password signs. */
export interface SignedTarget {
  readonly region: string;
  /** With or without the port. */
  readonly host: string;
  /** `/v1/repos/<name>` */
  readonly path: string;
}

/** Validity of a signature, in both directions. Source: AWS Signature Version 4. */
const validMilliseconds = 15 * 60_000;

/**
 * Returns the signer of credentials in Git's HTTP Basic. The user is an access key id, with `%` and the session token
 * for temporary keys; the password is a time and a signature: `20260102T030405Z` and 64 hex digits. Throws
 * CredentialsRefused. Source: `aws codecommit credential-helper` and git-remote-codecommit, which make them.
 */
export function checkCredentials(
  keys: AccessKeys,
  { user, password }: { user: string; password: string },
  target: SignedTarget,
  now: Date,
): AccessKey {
  const { id, token } = splitUser(user);
  const key = keys.get(id);
  if (!key) throw new CredentialsRefused(`The access key ${id} is not known here.`);
  if (token !== key.sessionToken)
    throw new CredentialsRefused(
      token === undefined
        ? `The access key ${id} is temporary, and the user name has no % and session token after it.`
        : "The security token included in the request is invalid.",
    );
  if (key.expiration && key.expiration <= now)
    throw new CredentialsRefused("The security token included in the request is expired.");
  const { time, signature } = parsePassword(password);
  refuseOtherTime(time, now);
  if (!hostsOf(target).some((host) => isEqual(signature, sign(key, { ...target, host }, time))))
    throw new CredentialsRefused(
      "The request signature we calculated does not match the signature you provided. Check your AWS secret access key, the region, and that the repository's path and host are what was signed.",
    );
  return key;
}

/** The credential helper signs the host without its port, git-remote-codecommit with it. */
const hostsOf = ({ host }: SignedTarget) => [host, host.replace(/:\d+$/, "")];

function splitUser(user: string): { id: string; token: string | undefined } {
  const at = user.indexOf("%");
  return at < 0 ? { id: user, token: undefined } : { id: user.slice(0, at), token: user.slice(at + 1) };
}

function parsePassword(password: string): { time: string; signature: string } {
  const [, time, signature] = /^(\d{8}T\d{6})Z([0-9a-f]{64})$/.exec(password) ?? [];
  if (time === undefined || signature === undefined)
    throw new CredentialsRefused(
      "The password is not a time and signature, such as 20260102T030405Z and 64 hex digits.",
    );
  return { time, signature };
}

function refuseOtherTime(time: string, now: Date): void {
  const [year, month, day, hour, minute, second] = time.match(/^\d{4}|\d{2}/g)?.map(Number) ?? [];
  const signedAt = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
  const age = now.getTime() - signedAt;
  if (Math.abs(age) <= validMilliseconds) return;
  throw new CredentialsRefused(
    `Signature ${age > 0 ? "expired" : "not yet current"}: ${time}Z is more than 15 minutes ${age > 0 ? "before" : "after"} ${now.toISOString()}.`,
  );
}

/**
 * Time as `20260102T030405`: unlike elsewhere in Signature Version 4, the signed text has no Z.
 *
 * @internal
 */
export function sign(
  { secretAccessKey }: Pick<AccessKey, "secretAccessKey">,
  { region, host, path }: SignedTarget,
  time: string,
): string {
  const date = time.slice(0, 8);
  const scope = [date, region, "codecommit", "aws4_request"];
  const canonical = `GIT\n${path}\n\nhost:${host}\n\nhost\n`;
  const digest = createHash("sha256").update(canonical).digest("hex");
  const toSign = ["AWS4-HMAC-SHA256", time, scope.join("/"), digest].join("\n");
  const key = scope.reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${secretAccessKey}`);
  return hmac(key, toSign).toString("hex");
}

const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();

function isEqual(given: string, expected: string): boolean {
  return timingSafeEqual(Buffer.from(given), Buffer.from(expected));
}
