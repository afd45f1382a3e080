import { Failure } from "../../../shared/failure.ts";
import type { Destination } from "../destination/destination.ts";
import type { BuildEnvironment } from "../environment.ts";
import type { ScanInputs } from "./inputs.ts";

export interface ScanOutcome {
  /** Markdown for the job summary. */
  readonly summary: string;
  /** What fails the step after its outputs and its summary are written. */
  readonly failure: Failure | undefined;
}

/** Undefined when no scan is asked for. */
export async function checkScan(
  _image: { readonly destination: Destination; readonly digest: string },
  { wait }: ScanInputs,
  _environment: BuildEnvironment,
): Promise<ScanOutcome | undefined> {
  if (!wait) return undefined;
  throw new Failure("scan wait is not there yet");
}
