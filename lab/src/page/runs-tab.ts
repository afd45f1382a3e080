import {
  type CodePipelineClient,
  GetPipelineStateCommand,
  paginateListPipelines,
} from "@aws-sdk/client-codepipeline";
import type { PageExtension } from "../../../live/src/page.ts";
import type { RunRecords } from "./run-records.ts";

interface PipelineState {
  name: string;
  stages: { name: string; status: string; actions: { name: string; status: string }[] }[];
}

/** The tab with the workflow runs, their logs and summaries, and the account's pipelines. */
export function runsTab(records: RunRecords, pipelines: CodePipelineClient): PageExtension {
  return {
    name: "runs",
    title: { en: "Workflow runs", fr: "Exécutions" },
    folder: `${import.meta.dirname}/browser`,
    styles: ["runs.css"],
    start: records.start,
    routes(app) {
      // Read only while a browser shows the tab.
      app.get("/pipelines", async (c) => c.json(await readPipelines(pipelines)));
      app.get("/log/:run/:job", (c) => {
        const [run = 0, job = 0, from = 0] = [
          c.req.param("run"),
          c.req.param("job"),
          c.req.query("from"),
        ].map((text) => Number(text ?? 0));
        const log = records.logOf(run, job, from);
        return log ? c.json(log) : c.text("There is no such job.\n", 404);
      });
      app.get("/text/:run/:job", (c) => {
        const log = records.logOf(Number(c.req.param("run")), Number(c.req.param("job")));
        return log
          ? c.text(log.lines.map(([, line]) => `${line}\n`).join(""))
          : c.text("There is no such job.\n", 404);
      });
    },
  };
}

async function readPipelines(client: CodePipelineClient): Promise<PipelineState[]> {
  const names: string[] = [];
  for await (const page of paginateListPipelines({ client }, {}))
    names.push(...(page.pipelines ?? []).map((pipeline) => pipeline.name ?? ""));
  return Promise.all(
    names.map(async (name) => {
      const { stageStates = [] } = await client.send(new GetPipelineStateCommand({ name }));
      const stages = stageStates.map(({ stageName = "", latestExecution, actionStates = [] }) => ({
        name: stageName,
        status: latestExecution?.status ?? "",
        actions: actionStates.map((action) => ({
          name: action.actionName ?? "",
          status: action.latestExecution?.status ?? "",
        })),
      }));
      return { name, stages };
    }),
  );
}
