import type { Context } from "hono";
import { InputsRefused } from "../runner/load/dispatch-inputs.ts";

/** A request that the page did not send. */
class Foreign extends Error {}

/** Fields of a form: short texts. */
export type Form = Readonly<Record<string, string>>;

/** Inputs are file names, numbers and words. */
const mostBytes = 20_000;

/**
 * Responds to a form of a tab: with what `act` returns, or with why it is refused. A request counts only if it comes
 * from this page: its origin is the host that the browser sees, and the browser has the cookie of this start.
 */
export async function respond(c: Context, mayOperate: boolean, act: (form: Form) => Promise<object>) {
  try {
    return c.json(await act(await readForm(c, mayOperate)));
  } catch (error) {
    const problems = error instanceof InputsRefused ? error.problems : [];
    return c.json({ message: (error as Error).message, problems }, error instanceof Foreign ? 403 : 400);
  }
}

async function readForm(c: Context, mayOperate: boolean): Promise<Form> {
  const { origin, host, "sec-fetch-site": site = "same-origin" } = c.req.header();
  if (origin !== `http://${host}` || site !== "same-origin")
    throw new Foreign("Only this page can operate the lab, not a page of another site.");
  if (!mayOperate)
    throw new Foreign("This browser only reads. Fix: open the address that the lab printed when it started.");
  if (Number(c.req.header("content-length") ?? Number.POSITIVE_INFINITY) > mostBytes)
    throw new Error("The form is too long.");
  const parsed: unknown = await c.req.json().catch(() => undefined);
  const entries = Object.entries(parsed ?? {});
  if (typeof parsed !== "object" || entries.some(([, value]) => typeof value !== "string"))
    throw new Error("The request is not a JSON object of texts.");
  return Object.fromEntries(entries) as Form;
}
