export type Status = "pass" | "fail" | "unchecked";

export interface Outcome {
  readonly status: Status;
  /** The facts that were read; for a fail, every problem. */
  readonly evidence: string;
}

/** Passes without problems; else lists them all. */
export function verdict(problems: readonly string[], evidence: string): Outcome {
  if (problems.length === 0) return { status: "pass", evidence };
  return { status: "fail", evidence: problems.join("; ") };
}

export function unchecked(evidence: string): Outcome {
  return { status: "unchecked", evidence };
}

/** The part of the lab that an item is about does not exist (yet): the item fails. */
export class Missing extends Error {}

/** AWS, Git or the site did not give what an item needs: the item could not be checked. */
export class Unreadable extends Error {}

/** Remembers the results of a read by its arguments; a failed read fails again in the same way. */
export function once<Key extends readonly string[], T>(
  read: (...key: Key) => Promise<T>,
): (...key: Key) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (...key) => {
    const name = JSON.stringify(key);
    const found = known.get(name) ?? read(...key);
    known.set(name, found);
    return found;
  };
}
