import { AsyncLocalStorage } from "node:async_hooks";
import type { Progress } from "./progress.ts";

export interface StoryStep {
  /** The chapter it belongs to; empty for steps of all chapters. */
  chapter: string;
  name: string;
  ok: boolean;
  /** Milliseconds since the command was started. */
  beganAtMs: number;
  durationMs: number;
  /** Workflow runs that it followed. */
  runs: number[];
  /** Why it failed. */
  problem?: string;
}

export interface StepRecorder {
  /** A step that the rest of the chapter needs: its failure is thrown again. */
  perform<T>(name: string, action: () => Promise<T>): Promise<T>;
  /** Checks a claim, which throws when it is false; the chapter continues. */
  check(name: string, claim: () => Promise<void>): Promise<void>;
  /** Records a figure for the report without checking it. */
  note(sentence: string): void;
}

export interface StoryRecorder extends StepRecorder {
  readonly steps: readonly StoryStep[];
  readonly notes: readonly string[];
  /** Records the steps of one chapter. */
  chapter(name: string): StepRecorder;
}

const runsOfStep = new AsyncLocalStorage<number[]>();

/** Adds a workflow run to the step that waits for it. */
export function noteRun(run: number): void {
  runsOfStep.getStore()?.push(run);
}

/** Records steps in the order they end; chapters may run in parallel. */
export function createStepRecorder(progress: Progress): StoryRecorder {
  const steps: StoryStep[] = [];
  const notes: string[] = [];
  const recorderOf = (chapter: string): StepRecorder => {
    const perform = async <T>(name: string, action: () => Promise<T>): Promise<T> => {
      const startedAt = performance.now();
      const label = chapter === "" ? name : `${chapter}: ${name}`;
      const runs: number[] = [];
      const finish = (problem?: string) => {
        const durationMs = performance.now() - startedAt;
        const step = { chapter, name, ok: problem === undefined, beganAtMs: startedAt, durationMs, runs };
        steps.push(problem === undefined ? step : { ...step, problem });
        progress.stepFinished(label, step.durationMs, problem);
      };
      progress.stepStarted(label);
      try {
        const result = await runsOfStep.run(runs, action);
        finish();
        return result;
      } catch (error) {
        finish((error as Error).message);
        throw error;
      }
    };
    return {
      perform,
      check: (name, claim) => perform(name, claim).catch(() => {}),
      note(sentence) {
        notes.push(sentence);
        progress.say(`  ${sentence}`);
      },
    };
  };
  return { steps, notes, chapter: recorderOf, ...recorderOf("") };
}

/** Throws the sentence as an error when the claim is false. */
export function expectThat(holds: boolean, sentence: string): void {
  if (!holds) throw new Error(sentence);
}
