/** What becomes of a deployment that does not go on. */
export type Consequence =
  /** It ends STOPPED where it stands; another takes over. */
  | "give-way"
  /** It ends STOPPED, and its revision starts no task any more. */
  | "stop"
  /** It goes back to the last deployment that succeeded. */
  | "roll-back"
  /** Its service is gone. */
  | "forget";

/** Why a deployment does not go on; the reason its signal aborts with. */
export class Interruption extends Error {
  readonly consequence: Consequence;
  /** What the service's events and the rollout's state say, when that is not the message. */
  readonly brief: string;

  constructor(consequence: Consequence, message: string, brief = message) {
    super(message);
    this.name = "Interruption";
    this.consequence = consequence;
    this.brief = brief;
  }

  // AWS documents the states that these lead to, not the sentences.
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
