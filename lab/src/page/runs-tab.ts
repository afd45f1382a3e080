import type { PageExtension } from "@ecs-delivery/live/page";
import type { RunRecords } from "./run-records.ts";

/** The tab with the workflow runs, their logs and summaries. */
export function runsTab(records: RunRecords): PageExtension {
  return {
    name: "runs",
    title: { en: "Workflow runs", fr: "Exécutions" },
    folder: `${import.meta.dirname}/browser`,
    styles: ["runs.css"],
    start: records.start,
    routes(app) {
      app.get("/log/:run/:job", (c) => {
        const [run = 0, job = 0, from = 0] = [
          c.req.param("run"),
          c.req.param("job"),
          c.req.query("from"),
        ].map((text) => Number(text ?? 0));
        const log = records.logOf(run, job, from);
        return log ? c.json(log) : c.text("This job does not exist.\n", 404);
      });
      app.get("/text/:run/:job", (c) => {
        const log = records.logOf(Number(c.req.param("run")), Number(c.req.param("job")));
        return log
          ? c.text(log.lines.map(([, line]) => `${line}\n`).join(""))
          : c.text("This job does not exist.\n", 404);
      });
    },
  };
}
