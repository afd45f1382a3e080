import type { PageExtension, Publish } from "@ecs-delivery/live/page";
import type { Operations } from "./operations.ts";
import { type Form, respond } from "./own-forms.ts";

/** Before the names of a workflow's inputs. */
const inputPrefix = "input:";

/** The tab that starts workflows and exercises, and stops deployments. */
export function operateTab(operations: Operations): PageExtension {
  let publish: Publish | undefined;
  const refresh = async () => {
    const { exercises, visitors } = operations;
    publish?.("form", { ...(await operations.describe()), exercises, perSecond: visitors?.perSecond });
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
        throw new Error(`unknown exercise '${name}'`);
      await operations.startExercise(name);
      await refresh();
      return "/runs";
    },
    async visitors({ on = "" }) {
      if (on === "true") operations.visitors?.start();
      else operations.visitors?.stop();
      await refresh();
      return "/operate";
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
    styles: ["runs.css"],
    operates: true,
    start(to) {
      publish = to;
      // The lab's repository exists before its page.
      void refresh();
      const timer = setInterval(() => void refresh().catch(() => {}), refreshEveryMs).unref();
      return () => clearInterval(timer);
    },
    routes(app, mayOperate) {
      app.post("/:action", async (c) => {
        const name = c.req.param("action");
        const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
        if (!action) return c.json({ message: "This action does not exist." }, 404);
        return respond(c, mayOperate(c), async (form) => ({ location: await action(form) }));
      });
    },
  };
}

/** The user's own pushes move main as well. */
const refreshEveryMs = 5000;
