import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { listPath, type Site } from "../pages/layout.ts";
import type { Change } from "../pages/texts.ts";

/** A cookie, as the address of the list is the lab's. */
const cookie = "done";
const changes = ["added", "changed", "deleted"] as const satisfies readonly Change[];
/** A browser follows the redirect at once. */
const maxAge = 30;

/** Redirects to the list, which confirms the change. */
export function confirm(c: Context, site: Site, change: Change) {
  setCookie(c, cookie, change, { path: listPath(site), maxAge, httpOnly: true, sameSite: "Lax" });
  return c.redirect(listPath(site));
}

/** Returns the change to confirm, once. */
export function takeConfirmation(c: Context, site: Site): Change | undefined {
  const change = changes.find((each) => each === getCookie(c, cookie));
  if (change) deleteCookie(c, cookie, { path: listPath(site) });
  return change;
}
