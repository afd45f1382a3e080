import type { Change } from "../change.ts";
import type { Load } from "../load.ts";
import type { LoadLevel } from "../load-generator.ts";
import type { StepRecorder } from "../record-steps.ts";
import type { Rehearsal } from "../rehearsal.ts";

/** Context of a chapter. */
export interface Scene {
  readonly rehearsal: Rehearsal;
  readonly steps: StepRecorder;
  /** Starts the load that runs through all later chapters. */
  startLoad(): Promise<void>;
  /** Ends the load of both services. */
  stopLoad(): Promise<void>;
  /** Counts requests due from now on under this name, in the load of each service of the chapter. */
  beginPhase(name: string, level?: LoadLevel): void;
  /** Starts additional load on the customer service, for a while. */
  startCrowd(level: LoadLevel): Promise<Load>;
}

/** Steps of a chapter in the list. */
export interface ChapterBody {
  /** Changes of the services' sources, checked before anything starts. */
  readonly changes?: readonly Change[];
  run(scene: Scene): Promise<void>;
}
