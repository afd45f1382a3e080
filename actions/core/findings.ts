import { areCredentialsExpired, explainAwsError, isAccessDenied, messageOf } from "./aws-errors.ts";
import type { Card } from "./card.ts";
import type { StepRecord } from "./define-action.ts";
import { Failure } from "./failure.ts";
import type { Log } from "./log.ts";
import { counted, escapeText, fold } from "./summary.ts";

/** A problem found before acting. */
export interface Finding {
  readonly text: string;
  /** The fix, as an instruction. */
  readonly fix?: string;
  /**
   * Without a kind it stops everything. `unchecked`: AWS did not allow reading it. `advice`: not as it should be.
   * `note`: worth a line of the log. None of these stops anything.
   */
  readonly kind?: "unchecked" | "advice" | "note";
}

/** Returns a finding that stops everything. */
export function fault(text: string, fix?: string): Finding[] {
  return [fix === undefined ? { text } : { text, fix }];
}

/** Returns a finding of something that is not as it should be. */
export function advice(text: string, fix: string): Finding[] {
  return [{ text, fix, kind: "advice" }];
}

/** Returns a finding that is worth a line of the log. */
export function note(text: string): Finding[] {
  return [{ text, kind: "note" }];
}

/** Returns a finding of something that AWS did not allow reading. */
export function unchecked(text: string): Finding[] {
  return [{ text, kind: "unchecked" }];
}

interface FoundStep extends Pick<StepRecord<string>, "cause" | "fix"> {
  readonly findings: readonly Finding[];
}

/** Throws one Failure that names all faults; logs the rest. */
export function refuseFindings(findings: readonly Finding[], log: Log): void {
  logFindings(findings, log);
  const faults = findings.filter(({ kind }) => kind === undefined);
  const [first, ...others] = faults;
  if (!first) return;
  if (others.length === 0)
    throw new Failure(first.text, {
      nextStep: `${first.fix ?? "correct this"}, and run the job again; nothing was changed.`,
    });
  throw new Failure(`${faults.length} things to correct: ${faults.map(inWords).join("; ")}`, {
    nextStep: "correct these and run the job again; nothing was changed.",
  });
}

/** Returns whether any of them stops everything. */
export function hasFaults(findings: readonly Finding[]): boolean {
  return findings.some(({ kind }) => kind === undefined);
}

/**
 * Logs one warning for everything that could not be read, so that a role without rights does not hide the other
 * warnings.
 */
function logFindings(findings: readonly Finding[], log: Log): void {
  const of = (wanted: Finding["kind"]) => findings.filter(({ kind }) => kind === wanted).map(inWords);
  const unread = of("unchecked");
  if (unread.length > 0) log.warning(`Could not check: ${unread.join("; ")}`);
  for (const text of of("advice")) log.warning(text);
  for (const text of of("note")) log.info(text);
}

function inWords({ text, fix }: Finding): string {
  return fix ? `${text} (${fix})` : text;
}

/** Throws the error of a failed read together with the known faults. Without findings, the error is thrown as it is. */
export function refuseWith(findings: readonly Finding[], log: Log, error: Error): never {
  if (hasFaults(findings)) {
    refuseFindings([...findings, { text: messageOf(error) }], log);
  }
  throw error;
}

/** Returns the response of a read; AccessDenied becomes a finding that stops nothing, `known` errors become faults. */
export async function lookUp<T>(
  what: string,
  call: () => Promise<T>,
  known: { readonly [errorName: string]: string | Finding },
): Promise<{ value?: T; findings: Finding[] }> {
  try {
    return { value: await call(), findings: [] };
  } catch (error) {
    const fault = known[(error as Error).name];
    if (fault) return { findings: [typeof fault === "string" ? { text: fault } : fault] };
    if (!isAccessDenied(error)) throw error;
    return { findings: unchecked(`${what}: ${explainAwsError(error)?.message}`) };
  }
}

/** A runner in a private network may not reach one of the services: that must not delay a step. */
const toleranceMs = 20_000;

/** Returns a signal that also ends a read to which AWS does not respond in time. */
export function withTolerance(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(toleranceMs)]);
}

/** As `lookUp`, but no failure of AWS stops anything: the step does not need this response. */
export async function tryLookUp<T>(
  { signal }: { readonly signal: AbortSignal },
  what: string,
  call: (options: { abortSignal: AbortSignal }) => Promise<T>,
  known: { readonly [errorName: string]: Finding } = {},
): Promise<{ value?: T; findings: Finding[] }> {
  try {
    return await lookUp(what, () => call({ abortSignal: signal }), known);
  } catch (error) {
    if (areCredentialsExpired(error)) throw error;
    if (isTimeout(signal))
      return { findings: unchecked(`${what}: AWS did not respond within ${toleranceMs / 1_000} seconds`) };
    const why = signal.aborted ? undefined : explainAwsError(error);
    if (!why) throw error;
    return { findings: unchecked(`${what}: ${why.message}`) };
  }
}

function isTimeout({ aborted, reason }: AbortSignal): boolean {
  return aborted && (reason as Error).name === "TimeoutError";
}

/** Returns the faults for a card: one has a line of its own, several are a list, each with its fix. */
export function faultsOf({ cause, fix, findings }: FoundStep): Pick<Card, "cause" | "fix" | "body"> {
  const faults = findings.filter(({ kind }) => kind === undefined);
  return faults.length > 1 || !cause ? { body: findingsList(faults) } : { cause, fix };
}

/** Folds what is worth knowing but stops nothing. */
export function notesFold(findings: readonly Finding[]): string {
  const others = findings.filter(({ kind }) => kind !== undefined);
  return fold(counted(others.length, "note"), findingsList(others));
}

/** Returns a Markdown list, as there may be many; in the annotation they are one sentence. */
export function findingsList(findings: readonly Finding[]): string {
  const items = findings.map(({ text, fix, kind }) => {
    const head = kind === "unchecked" ? `Could not check: ${text}` : text;
    const sign = kind === undefined ? "❌" : kind === "note" ? "ℹ️" : "⚠️";
    return `- ${sign} ${escapeText(head)}${fix ? `\\\n  → ${escapeText(fix)}` : ""}`;
  });
  return items.join("\n");
}
