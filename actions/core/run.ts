import { type AnnotationProperties, debug } from "@actions/core";
import { explainAwsError } from "./aws-errors.ts";
import { appendSummary, type Card, hasSummary } from "./card.ts";
import { annotationText, Cancelled, Failure } from "./failure.ts";
import { annotationTitle, runnerLog } from "./log.ts";
import { lastReadFile } from "./text-file.ts";

/** The runner kills a step 10 s after it asked it to end (SIGINT, 7.5 s, SIGTERM, 2.5 s): nothing may take longer. */
const cancelGraceMs = 10_000;

/**
 * Runs an action, with the only catch. Errors of `main`, and stray errors while it waits, become one error annotation
 * that names the cause and the next step, and exit code 1; the stack is written only when step debugging is on. SIGINT
 * and SIGTERM abort the signal given to `main`, which may still clean up before it returns or throws.
 */
export async function runAction(main: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const cancellation = cancelOnSignals();
  process.on("uncaughtException", endByStrayError);
  try {
    await main(cancellation.signal);
  } catch (error) {
    const failure = toFailure(error, cancellation.signal);
    report(failure, error);
    process.exitCode = 1;
    if (!hasSummary()) await appendSummary(failureCard(failure));
  } finally {
    process.off("uncaughtException", endByStrayError);
    cancellation.dispose();
  }
}

/**
 * Handles an error or rejection that no code waits for. Node itself would end the process, and print foreign text raw.
 */
function endByStrayError(error: unknown): void {
  report(ownBug(error), error);
  process.exit(1);
}

/** Shows the cause in the job summary when the action ended before it wrote one. */
function failureCard({ message, nextStep }: Failure): Card {
  return {
    ok: false,
    verdict: `${annotationTitle() || "The step"} failed`,
    cause: message,
    fix: nextStep,
  };
}

function report(failure: Failure, error: unknown): void {
  runnerLog.error(annotationText(failure), placeOf(failure));
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
    debug(cause.stack ?? cause.message);
}

function cancelOnSignals() {
  const controller = new AbortController();
  let killer: NodeJS.Timeout | undefined;
  const cancel = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) return;
    runnerLog.info(`Received ${name}; ending.`);
    controller.abort(new Cancelled(name));
    killer = setTimeout(() => process.exit(130), cancelGraceMs).unref();
  };
  process.on("SIGINT", cancel).on("SIGTERM", cancel);
  return {
    signal: controller.signal,
    dispose: () => {
      clearTimeout(killer);
      process.off("SIGINT", cancel).off("SIGTERM", cancel);
    },
  };
}

function placeOf({ place }: Failure): AnnotationProperties {
  if (!place) return {};
  return place.line === undefined ? { file: place.file } : { file: place.file, startLine: place.line };
}

/** Explains what a reader can do about an error, wherever it comes from. */
export function toFailure(error: unknown, signal: AbortSignal): Failure {
  if (error instanceof Failure) return error;
  // An SDK call or stream that the signal ended throws "AbortError"; the signal's reason says who ended it.
  if (signal.aborted && error instanceof Error && error.name === "AbortError")
    return signal.reason as Failure;
  return explainAwsError(error) ?? explainSystemError(error) ?? ownBug(error);
}

/** Errors of files, processes and connections have a code, in themselves or in their cause. */
function explainSystemError(error: unknown): Failure | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    // Node's own codes with this beginning are wrong arguments.
    if (code && !code.startsWith("ERR_")) return new Failure(cause.message, { cause: error });
  }
  return undefined;
}

function ownBug(error: unknown): Failure {
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const file = lastReadFile();
  const repository = process.env.GITHUB_ACTION_REPOSITORY || "the action's repository";
  return new Failure(
    `A bug in this action, not in your files, ended it${file ? ` after it read ${file}` : ""} (${what})`,
    {
      nextStep: `report it in the issues of ${repository}, with the log of a run with debug logging.`,
      cause: error,
    },
  );
}
