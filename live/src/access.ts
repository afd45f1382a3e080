import { randomBytes, timingSafeEqual } from "node:crypto";
import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";

export type Access = ReturnType<typeof createAccess>;

const parameter = "secret";

/** Browsers that open the printed address get its secret as a cookie, and may operate. All others only read. */
export function createAccess() {
  const secret = randomBytes(24).toString("base64url");
  return {
    addressOf: (page: string) => `${page}/?${parameter}=${secret}`,
    mayOperate: (c: Context) => isSame(getCookie(c, cookieOf(c)), secret),
    /** Exchanges the secret of an address for the cookie; undefined without a secret. */
    enter(c: Context): Response | undefined {
      const { pathname, searchParams } = new URL(c.req.url);
      const given = searchParams.get(parameter);
      if (given === null) return undefined;
      if (!isSame(given, secret))
        return c.text(
          "The secret in the address is wrong or of an earlier start. Fix: open the newest one.\n",
          403,
        );
      setCookie(c, cookieOf(c), secret, { httpOnly: true, sameSite: "Strict", path: "/" });
      searchParams.delete(parameter);
      // Two slashes would begin the name of another host.
      return c.redirect(`${pathname.replace(/^\/+/, "/")}?${searchParams}`.replace(/\?$/, ""), 303);
    },
  };
}

/** A browser shares its cookies between the ports of a host. */
const cookieOf = (c: Context) => `live-page-${/:(\d+)$/.exec(c.req.header("host") ?? "")?.[1] ?? 80}`;

function isSame(given: string | undefined, secret: string): boolean {
  const [one, other] = [Buffer.from(given ?? ""), Buffer.from(secret)];
  return one.length === other.length && timingSafeEqual(one, other);
}
