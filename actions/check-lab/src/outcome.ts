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

/** Returns the problems of the rules that do not hold. */
export function broken(...rules: readonly (readonly [holds: boolean, problem: string])[]): string[] {
  return rules.flatMap(([holds, problem]) => (holds ? [] : [problem]));
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

/** Checks the same for both parts, such as both services; one that is missing or unreadable does not hide the other. */
export async function forEachOf<Name extends string>(
  names: readonly Name[],
  check: (name: Name) => Promise<Outcome>,
): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  for (const name of names)
    outcomes.push(
      await check(name).catch((error: unknown) => {
        if (error instanceof Missing) return verdict([error.message], "");
        if (error instanceof Unreadable) return unchecked(error.message);
        throw error;
      }),
    );
  const of = (wanted: Outcome["status"]) =>
    [...new Set(outcomes.filter(({ status }) => status === wanted).map(({ evidence }) => evidence))].join(
      "; ",
    );
  if (of("fail")) return { status: "fail", evidence: of("fail") };
  if (of("unchecked")) return unchecked(of("unchecked"));
  return { status: "pass", evidence: of("pass") };
}
