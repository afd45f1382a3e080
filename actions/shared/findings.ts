import { explainAwsError, isAccessDenied } from "./aws-errors.ts";
import { Failure } from "./failure.ts";
import type { Log } from "./log.ts";

/** Something found before acting. `unchecked` only tells that the role may not look; it stops nothing. */
export interface Finding {
  readonly text: string;
  readonly unchecked?: boolean;
}

/** Throws one Failure that names all findings; warns of what could not be checked. */
export function refuseFindings(findings: readonly Finding[], log: Log): void {
  for (const { text } of findings.filter(({ unchecked }) => unchecked))
    log.warning(`Could not check: ${text}`);
  const faults = findings.filter(({ unchecked }) => !unchecked).map(({ text }) => text);
  if (faults.length === 0) return;
  const message =
    faults.length === 1 ? `${faults[0]}` : `${faults.length} things to correct: ${faults.join("; ")}`;
  throw new Failure(message, { nextStep: "correct this and run the job again; nothing was changed." });
}

/**
 * For a look-up that fails outright: what is wrong already is known whether AWS answers or not, and is told with it.
 * Without findings, the error is thrown as it is.
 */
export function refuseWith(findings: readonly Finding[], log: Log, error: Error): never {
  if (findings.length > 0) {
    const text = explainAwsError(error)?.message ?? error.message;
    refuseFindings([...findings, { text }], log);
  }
  throw error;
}

/** The answer of a look-up; AccessDenied becomes a finding that stops nothing, `known` errors become faults. */
export async function lookUp<T>(
  what: string,
  call: () => Promise<T>,
  known: { readonly [errorName: string]: string },
): Promise<{ value?: T; findings: Finding[] }> {
  try {
    return { value: await call(), findings: [] };
  } catch (error) {
    const fault = known[(error as Error).name];
    if (fault) return { findings: [{ text: fault }] };
    if (!isAccessDenied(error)) throw error;
    return { findings: [{ text: `${what}: ${explainAwsError(error)?.message}`, unchecked: true }] };
  }
}
