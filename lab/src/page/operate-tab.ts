import type { Hono } from "hono";
import type { PageExtension, Publish } from "../../../live/src/page.ts";
import { InputsRefused } from "../runner/load/dispatch-inputs.ts";
import type { Operations } from "./operations.ts";
import { createFormReader, Foreign, type Form } from "./own-forms.ts";

/** Before the names of a workflow's inputs. */
const inputPrefix = "input:";

/** The tab that starts workflows and exercises, and stops deployments. */
export function operateTab(operations: Operations): PageExtension {
  const { token, readForm } = createFormReader();
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
          const form = await readForm(c);
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
