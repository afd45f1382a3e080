import type { Environment } from "../../../environment.ts";
import type { PipelineRecord } from "../state.ts";
import { sources } from "./sources.ts";

/** AWS time in milliseconds: about the interval at which CodePipeline checks. */
const interval = 60_000;

export interface Polling {
  /** Polls the sources of the pipeline as it is declared now; calls `onChange` when one has a new revision. */
  start(record: PipelineRecord, onChange: () => void): void;
  stop(record: PipelineRecord): void;
  close(): Promise<void>;
}

/** Polls the sources whose PollForSourceChanges is not false. */
export function createPolling(environment: Environment, closing: AbortSignal): Polling {
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

/** Finds a source's newest revision; undefined while there is none. */
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
