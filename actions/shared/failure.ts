/** A line of a file of the repository, for an annotation beside it. */
export interface Place {
  /** As the action was given it: from the workspace on. */
  readonly file: string;
  /** 1-based. */
  readonly line: number | undefined;
}

/**
 * What an action throws when it cannot go on: one sentence that names the cause and, where one is known, the next
 * step for the person who reads the annotation. `runAction` turns it into the only error annotation of the run.
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

/** The reason of the signal given to an action's main: the runner (or Ctrl-C) asked it to end. */
export class Cancelled extends Failure {
  constructor(signalName: string) {
    super(`Cancelled by ${signalName}.`);
    this.name = "Cancelled";
  }
}

/** `message`, ended as a sentence, then the next step. */
export function annotationText(failure: Failure): string {
  if (!failure.nextStep) return failure.message;
  const sentence = failure.message.replace(/(?<![.\s])[.\s]+$/, "");
  return `${sentence}${sentence.endsWith("?") ? "" : "."} Next step: ${failure.nextStep}`;
}
