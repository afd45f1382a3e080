/** A line of a file of the repository, for an annotation at that line. */
export interface Place {
  /** Path from the workspace on, as the action received it. */
  readonly file: string;
  /** 1-based. */
  readonly line: number | undefined;
}

/**
 * Error that an action throws when it cannot continue: one sentence that names the cause and, where one is known, the
 * next step for the reader of the annotation. `runAction` turns it into the only error annotation of the run.
 */
export class Failure extends Error {
  readonly nextStep: string | undefined;
  readonly place: Place | undefined;

  constructor(message: string, options: { nextStep?: string; cause?: unknown; place?: Place } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "Failure";
    this.nextStep = options.nextStep;
    this.place = options.place;
  }
}

/** Abort reason of the signal given to an action's main: the runner (or Ctrl-C) asked it to end. */
export class Cancelled extends Failure {
  constructor(signalName: string) {
    super(`Cancelled by ${signalName}.`);
    this.name = "Cancelled";
  }
}

/** Returns `message`, ended as a sentence, then the next step. */
export function annotationText(failure: Failure): string {
  if (!failure.nextStep) return failure.message;
  const sentence = failure.message.replace(/(?<![.\s])[.\s]+$/, "");
  return `${sentence}${sentence.endsWith("?") ? "" : "."} Next step: ${failure.nextStep}`;
}
