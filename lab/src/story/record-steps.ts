import type { Progress } from "./progress.ts";

export interface StoryStep {
  name: string;
  ok: boolean;
  durationMs: number;
  /** Why it is not as told. */
  problem?: string;
}

export interface StepRecorder {
  readonly steps: readonly StoryStep[];
  /** A step that the rest needs: its failure is thrown on. */
  perform<T>(name: string, action: () => Promise<T>): Promise<T>;
  /** A claim of the story, which throws when it does not hold; the story goes on all the same. */
  check(name: string, claim: () => Promise<void>): Promise<void>;
}

export function createStepRecorder(progress: Progress): StepRecorder {
  const steps: StoryStep[] = [];
  const perform = async <T>(name: string, action: () => Promise<T>): Promise<T> => {
    const startedAt = performance.now();
    const finish = (problem?: string) => {
      const step = { name, ok: problem === undefined, durationMs: performance.now() - startedAt };
      steps.push(problem === undefined ? step : { ...step, problem });
      progress.stepFinished(name, step.durationMs, problem);
    };
    progress.stepStarted(name);
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
    steps,
    perform,
    check: (name, claim) => perform(name, claim).catch(() => {}),
  };
}

/** Throws with the sentence when the claim does not hold. */
export function expectThat(holds: boolean, sentence: string): void {
  if (!holds) throw new Error(sentence);
}
