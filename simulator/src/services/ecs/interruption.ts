/** Effect of an interruption on a deployment. */
export type Consequence =
  /** It ends STOPPED in its current state; another takes over. */
  | "give-way"
  /** It ends STOPPED, and its revision starts no more tasks. */
  | "stop"
  /** It rolls back to the last deployment that succeeded. */
  | "roll-back"
  /** Its service was deleted. */
  | "forget";

/** The reason for which a deployment ends early, passed to its signal. */
export class Interruption extends Error {
  readonly consequence: Consequence;
  /** Text for the service's events and the rollout's state, if it differs from the message. */
  readonly brief: string;

  constructor(consequence: Consequence, message: string, brief = message) {
    super(message);
    this.name = "Interruption";
    this.consequence = consequence;
    this.brief = brief;
  }

  // AWS documents the resulting states, not the sentences.
  static superseded(): Interruption {
    return new Interruption(
      "give-way",
      "Service deployment stopped because a newer service deployment began.",
    );
  }

  static deleted(): Interruption {
    return new Interruption("forget", "The service was deleted.");
  }

  static stopped(): Interruption {
    return new Interruption("stop", "Service deployment stopped by a user request.");
  }

  static rolledBackOnRequest(): Interruption {
    return new Interruption("roll-back", "Service deployment rolled back because of a user request.");
  }
}
