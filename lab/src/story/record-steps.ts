import type { Progress } from "./progress.ts";

export interface StoryStep {
  /** The chapter it belongs to; empty for steps of all chapters. */
  chapter: string;
  name: string;
  ok: boolean;
  durationMs: number;
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

/** Records steps in the order they end; chapters may run in parallel. */
export function createStepRecorder(progress: Progress): StoryRecorder {
  const steps: StoryStep[] = [];
  const notes: string[] = [];
  const recorderOf = (chapter: string): StepRecorder => {
    const perform = async <T>(name: string, action: () => Promise<T>): Promise<T> => {
      const startedAt = performance.now();
      const label = chapter === "" ? name : `${chapter}: ${name}`;
      const finish = (problem?: string) => {
        const step = { chapter, name, ok: problem === undefined, durationMs: performance.now() - startedAt };
        steps.push(problem === undefined ? step : { ...step, problem });
        progress.stepFinished(label, step.durationMs, problem);
      };
      progress.stepStarted(label);
      try {
        const result = await action();
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
