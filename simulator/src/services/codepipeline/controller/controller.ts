import type { StageRetryMode } from "@aws-sdk/client-codepipeline";
import type { Environment } from "../../../environment.ts";
import type { Execution } from "../state.ts";
import { type PipelineRecord, placeOf } from "../state.ts";
import { Abandonment, Outdated, StopRequest } from "./action.ts";
import { admit, runExecution, type Start, turnAway } from "./run-execution.ts";
import { sources } from "./sources.ts";
import { reportPipeline, reportStage } from "./state-changes.ts";

export interface CodePipelineController {
  /** Sends an execution through its pipeline. */
  start(record: PipelineRecord, execution: Execution): void;
  /** Runs the stage at this position again, then the following ones. */
  retry(record: PipelineRecord, execution: Execution, stage: number, mode: StageRetryMode): void;
  /** Stops as requested in the execution's stopRequest. */
  stop(record: PipelineRecord, execution: Execution): void;
  /** Allows executions to continue into this stage. */
  open(record: PipelineRecord, stage: string): void;
  /** The pipeline was created or changed: executions waiting in it end, and its sources may be different ones. */
  watch(record: PipelineRecord, onChange: () => void): void;
  /** The pipeline was deleted. */
  abandon(record: PipelineRecord): void;
  /** Ends every execution in its current state. */
  close(): Promise<void>;
}

/** Performs executions of pipelines, one task each. */
export function createCodePipelineController(environment: Environment): CodePipelineController {
  const closing = new AbortController();
  const tasks = new Set<Promise<void>>();
  const polling = createPolling(environment, closing.signal);

  const launch = (record: PipelineRecord, execution: Execution, start: Start) => {
    const signal = AbortSignal.any([execution.control.signal, closing.signal]);
    const task = runExecution({ environment, record, execution, signal }, start)
      .catch((error) => {
        if (!signal.aborted)
          environment.warn(`an execution of ${record.name} ended inside the simulator: ${error}`);
      })
      .finally(() => tasks.delete(task));
    tasks.add(task);
  };

  return {
    start: (record, execution) => {
      reportPipeline(environment, record, execution, "STARTED");
      launch(record, execution, { stage: 0 });
    },
    retry: (record, execution, stage, retry) => {
      placeOf(record, execution.declaration.stages?.[stage]?.name ?? "").holder = execution;
      reportPipeline(environment, record, execution, "RESUMED");
      launch(record, execution, { stage, retry });
    },
    stop: (record, execution) => {
      reportPipeline(environment, record, execution, "STOPPING");
      for (const [stage, run] of execution.stages)
        if (run.status === "InProgress" || run.status === "Stopping") {
          run.status = "Stopping";
          reportStage(environment, record, execution, { stage, state: "STOPPING" });
        }
      if (turnAway(record, execution, new StopRequest("stopped in front of a stage"))) return;
      if (execution.stopRequest?.abandon) execution.control.abort(new Abandonment("abandoned"));
    },
    open: admit,
    watch: (record, onChange) => {
      for (const execution of record.executions)
        turnAway(record, execution, new Outdated("the pipeline was changed"));
      polling.start(record, onChange);
    },
    abandon: (record) => {
      polling.stop(record);
      for (const { control } of record.executions) control.abort(new Outdated("the pipeline was deleted"));
    },
    close: async () => {
      closing.abort(new Error("the simulator is closing"));
      await polling.close();
      await Promise.all(tasks);
    },
  };
}

/** AWS time in milliseconds: about the interval at which CodePipeline checks. */
const interval = 60_000;

interface Polling {
  /** Polls the sources of the pipeline as it is declared now; calls `onChange` when one has a new revision. */
  start(record: PipelineRecord, onChange: () => void): void;
  stop(record: PipelineRecord): void;
  close(): Promise<void>;
}

/** Polls the sources whose PollForSourceChanges is not false. */
function createPolling(environment: Environment, closing: AbortSignal): Polling {
  const loops = new Map<
    PipelineRecord,
    { readonly control: AbortController; readonly ended: Promise<void> }
  >();
  const stop = (record: PipelineRecord) => loops.get(record)?.control.abort(new Error("no longer polled"));
  return {
    start(record, onChange) {
      stop(record);
      const look = polledSources(environment, record);
      if (look.length === 0) return;
      const control = new AbortController();
      const signal = AbortSignal.any([control.signal, closing]);
      const loop = { control, ended: poll(environment, look, signal, onChange) };
      loops.set(record, loop);
      loop.ended.finally(() => {
        if (loops.get(record) === loop) loops.delete(record);
      });
    },
    stop,
    close: async () => {
      await Promise.all([...loops.values()].map(({ ended }) => ended));
    },
  };
}

/** Finds a source's newest revision; undefined while it does not exist. */
type Look = () => Promise<string | undefined>;

function polledSources(environment: Environment, { declaration }: PipelineRecord): Look[] {
  return (declaration.stages?.[0]?.actions ?? []).flatMap(({ actionTypeId, configuration = {} }) => {
    const source = sources.get(actionTypeId?.provider);
    if (!source?.polled || configuration.PollForSourceChanges === "false") return [];
    return () => source.latest(environment, configuration).catch(() => undefined);
  });
}

async function poll(
  { clock }: Environment,
  looks: readonly Look[],
  signal: AbortSignal,
  onChange: () => void,
): Promise<void> {
  const lookAtAll = () => Promise.all(looks.map((look) => look()));
  let known = await lookAtAll();
  for (;;) {
    await clock.wait(interval, signal).catch(() => undefined);
    if (signal.aborted) return;
    const found = await lookAtAll();
    // A deleted source is not a change; neither is one restored with the same revision.
    const changed = found.some((revision, index) => revision !== undefined && revision !== known[index]);
    known = found.map((revision, index) => revision ?? known[index]);
    if (changed && !signal.aborted) onChange();
  }
}
