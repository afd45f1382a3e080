import type { DeployInputs } from "../../inputs.ts";
import type { Run } from "../../order/run.ts";
import type { Status } from "../../record.ts";
import type { BackEnd, Settings } from "./back-ends.ts";
import type { Draft, Scene } from "./scene.ts";

export interface Row {
  readonly fault: string;
  /** The special condition of this row. */
  readonly when?: string;
  /** By default, one for each engine: these suffice where the shift of traffic makes no difference. */
  readonly backEnds?: readonly BackEnd[];
  readonly settings?: Settings;
  /** Fate of the new tasks: a word of the matrix's program. */
  readonly fate?: string;
  readonly draft?: (draft: Draft, scene: Scene) => void;
  /** Operations that the deploying role may not call, such as `ecr:*`, so that the fault is not found before. */
  readonly denied?: readonly string[];
  readonly inputs?: Partial<DeployInputs>;
  readonly run?: Run | undefined;
  /** Runs before the step; returns what undoes it, or nothing. May return inputs of its own. */
  readonly arrange?: (scene: Scene, backEnd: BackEnd) => Promise<Arranged | undefined>;
  /** Runs once a line of the log matches. */
  readonly meanwhile?: {
    readonly line: RegExp;
    readonly act: (scene: Scene, backEnd: BackEnd) => Promise<unknown>;
  };
  /** The step is a separate process that gets this signal as soon as its deployment is created. */
  readonly signal?: NodeJS.Signals;
  readonly expect: Expectation;
  /** Back ends for which the row ends differently. */
  readonly except?: Partial<Record<BackEnd, Expectation>>;
}

export interface Arranged {
  readonly inputs?: Partial<DeployInputs>;
  /** The response of production before, when the row takes that away. */
  readonly before?: string;
  readonly undo?: () => Promise<unknown>;
}

export type Expectation = End & {
  /** Expected text of the log. */
  readonly logged?: RegExp;
  /** Revision in production at the end: the previous one, the new one, or another. */
  readonly production: "old" | "new" | "another";
  /** Other revisions that visitors may reach before the end. */
  readonly shown?: "new" | "any";
  /** Nothing was registered or deployed. */
  readonly untouched?: boolean;
  /** The row removes every task, so that for a while no request can succeed. */
  readonly unserved?: boolean;
};

/** A red end after which production runs what it ran before. */
export const rolledBack = (cause: RegExp, nextStep = /./) =>
  ({ status: "rolled-back", production: "old", cause, nextStep }) as const satisfies Expectation;

/** A fault that is found before anything is registered or deployed. */
export const refused = (cause: RegExp, nextStep = /./) =>
  ({
    status: "failed",
    production: "old",
    untouched: true,
    cause,
    nextStep,
  }) as const satisfies Expectation;

/** How the step ends: green, red with a cause and a next step, or killed before it sets an output. */
type End =
  | { readonly status: "succeeded" | undefined; readonly cause?: undefined; readonly nextStep?: undefined }
  | {
      readonly status: Exclude<Status, "succeeded">;
      /** The only error annotation, before its next step. */
      readonly cause: RegExp;
      readonly nextStep: RegExp;
    };
