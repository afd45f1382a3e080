import type { ManualRun, ManualWorkflow } from "../story/manual-runs.ts";

export interface Exercise {
  /** `crash-at-start` */
  name: string;
  title: Readonly<Record<"en" | "fr", string>>;
  about: Readonly<Record<"en" | "fr", string>>;
}

/** Operations of the page on a lab. Each rejects with a sentence for its user. */
export interface Operations {
  exercises: readonly Exercise[];
  /** The commit of main, and the workflows that it has. */
  describe(): Promise<{ commit: string; subject: string; workflows: ManualWorkflow[] }>;
  /** Resolves to the run's number. Rejects with InputsRefused before anything runs. */
  startWorkflow(run: ManualRun): Promise<number>;
  /** Commits and pushes a prepared change. */
  startExercise(name: string): Promise<void>;
  stopDeployment(id: string, rollBack: boolean): Promise<void>;
}
