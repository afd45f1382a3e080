import { randomBytes, timingSafeEqual } from "node:crypto";
import type { Context, Hono } from "hono";
import type { PageExtension, Publish } from "../../../live/src/page.ts";
import { InputsRefused } from "../runner/load/dispatch-inputs.ts";
import type { Operations } from "./operations.ts";

/** A request that the page did not send. */
class Foreign extends Error {}

/** Fields of a form: short texts. */
type Form = Readonly<Record<string, string>>;

/** Before the names of a workflow's inputs. */
const inputPrefix = "input:";
/** Inputs are file names, numbers and words. */
const mostBytes = 20_000;

/**
 * The tab that starts workflows and exercises, and stops deployments. A request counts only if it comes from this
 * page: its origin is the host that the browser sees, and it has the token of this start.
 */
export function operateTab(operations: Operations): PageExtension {
  const token = randomBytes(24).toString("base64url");
  let publish: Publish | undefined;
  const refresh = async () => {
    const { exercises } = operations;
    publish?.("form", { ...(await operations.describe()), exercises, token });
  };
  const actions: Record<string, (form: Form) => Promise<string>> = {
    async workflow(form) {
      const inputs = Object.fromEntries(
        Object.entries(form)
          .filter(([name]) => name.startsWith(inputPrefix))
          .map(([name, value]) => [name.slice(inputPrefix.length), value]),
      );
      return `/runs/${await operations.startWorkflow({ file: form.workflow ?? "", inputs })}`;
    },
    async exercise({ name = "" }) {
      if (!operations.exercises.some((exercise) => exercise.name === name))
        throw new Error(`there is no exercise '${name}'`);
      await operations.startExercise(name);
      await refresh();
      return "/runs";
    },
    async stop({ deployment = "", rollBack = "" }) {
      await operations.stopDeployment(deployment, rollBack === "true");
      return "/";
    },
  };
  return {
    name: "operate",
    title: { en: "Operate", fr: "Piloter" },
    folder: `${import.meta.dirname}/browser`,
    module: "operate.mjs",
    styles: ["runs.css"],
    operates: true,
    start(to) {
      publish = to;
      // The lab's repository exists before its page.
      void refresh();
      const timer = setInterval(() => void refresh().catch(() => {}), refreshEveryMs).unref();
      return () => clearInterval(timer);
    },
    routes(app: Hono) {
      app.post("/:action", async (c) => {
        try {
          const form = await readForm(c, token);
          const action = Object.hasOwn(actions, c.req.param("action"))
            ? actions[c.req.param("action")]
            : undefined;
          if (!action) return c.json({ message: "There is no such action." }, 404);
          return c.json({ location: await action(form) });
        } catch (error) {
          const problems = error instanceof InputsRefused ? error.problems : [];
          return c.json(
            { message: (error as Error).message, problems },
            error instanceof Foreign ? 403 : 400,
          );
        }
      });
    },
  };
}

/** The user's own pushes move main as well. */
const refreshEveryMs = 5000;

async function readForm(c: Context, token: string): Promise<Form> {
  const { origin, host, "sec-fetch-site": site = "same-origin" } = c.req.header();
  if (origin !== `http://${host}` || site !== "same-origin")
    throw new Foreign("Only this page can operate the lab, not a page of another site.");
  if (!isSame(c.req.header("x-lab-token") ?? "", token))
    throw new Foreign("The token is not of this start. Fix: reload the page.");
  if (Number(c.req.header("content-length") ?? Number.POSITIVE_INFINITY) > mostBytes)
    throw new Error("The form is too long.");
  const parsed: unknown = await c.req.json().catch(() => undefined);
  const entries = Object.entries(parsed ?? {});
  if (typeof parsed !== "object" || entries.some(([, value]) => typeof value !== "string"))
    throw new Error("The request is not a JSON object of texts.");
  return Object.fromEntries(entries) as Form;
}

function isSame(given: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(wanted)];
  return one.length === other.length && timingSafeEqual(one, other);
}
