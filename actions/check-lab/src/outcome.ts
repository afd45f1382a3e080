/** `waiting`: fails for the cause of another item. */
export type Status = "pass" | "fail" | "waiting" | "unchecked";

/** The fix for a student who works in the console, with the AWS CLI, or by our templates and workflows. */
export interface Fix {
  readonly console: string;
  readonly cli: string;
  readonly templates: string;
}

export interface Outcome {
  readonly status: Exclude<Status, "waiting">;
  /** The facts that were read; for a fail, every problem. */
  readonly evidence: string;
  /** For a fail, its problems. Of the items that report the same one, the first fails and the others wait. */
  readonly causes?: readonly string[];
  /** For a fail, texts with the student's own names, which replace those of the item's fix. */
  readonly fix?: Partial<Fix>;
}

/** Passes without problems; else lists them all. */
export function verdict(problems: readonly string[], evidence: string, fix?: Partial<Fix>): Outcome {
  if (problems.length === 0) return { status: "pass", evidence };
  return failed(problems.join("; "), problems, fix);
}

function failed(evidence: string, causes: readonly string[], fix: Partial<Fix> = {}): Outcome {
  return { status: "fail", evidence, causes, ...(Object.keys(fix).length > 0 && { fix }) };
}

/** Returns the problems of the rules that do not hold. */
export function broken(...rules: readonly (readonly [holds: boolean, problem: string])[]): string[] {
  return rules.flatMap(([holds, problem]) => (holds ? [] : [problem]));
}

export function unchecked(evidence: string): Outcome {
  return { status: "unchecked", evidence };
}

/**
 * The part of the lab that an item is about does not exist (yet): the item fails. Items that lack the same part have one
 * cause, whose name is the message unless they report it in different words.
 */
export class Missing extends Error {
  readonly part: string;

  constructor(message: string, part = message) {
    super(message);
    this.part = part;
  }
}

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

/** Returns the outcome of a check that throws. An error that is neither Missing nor Unreadable is a bug in the check. */
export function outcomeOf(error: unknown): Outcome {
  if (error instanceof Missing) return failed(error.message, [error.part]);
  if (error instanceof Unreadable) return unchecked(error.message);
  throw error;
}

/** Checks the same for both parts, such as both services; one that is missing or unreadable does not hide the other. */
export async function forEachOf<Part>(
  parts: readonly Part[],
  check: (part: Part) => Promise<Outcome>,
): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  for (const part of parts) outcomes.push(await check(part).catch(outcomeOf));
  const of = (wanted: Outcome["status"]) => outcomes.filter(({ status }) => status === wanted);
  const fails = of("fail");
  if (fails.length > 0)
    return failed(
      joined(fails.map(({ evidence }) => evidence)),
      fails.flatMap(({ evidence, causes = [evidence] }) => causes),
      mergedFix(fails),
    );
  const evidence = (status: Outcome["status"]) => joined(of(status).map((outcome) => outcome.evidence));
  if (of("unchecked").length > 0) return unchecked(evidence("unchecked"));
  return { status: "pass", evidence: evidence("pass") };
}

const joined = (texts: readonly string[]) => [...new Set(texts)].join("; ");

function mergedFix(outcomes: readonly Outcome[]): Partial<Fix> {
  const ways = ["console", "cli", "templates"] as const;
  const textOf = (way: keyof Fix) => joined(outcomes.flatMap(({ fix }) => fix?.[way] ?? []));
  const texts = ways.map((way) => [way, textOf(way).replaceAll(".; ", ". ")] as const);
  return Object.fromEntries(texts.filter(([, text]) => text !== ""));
}
