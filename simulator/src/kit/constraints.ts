import { AwsError } from "./errors.ts";

/** Constraints of an API model on a member other than its type. Lengths are of texts and of lists. */
interface Constraint {
  /** As AWS shows it. */
  readonly pattern?: string;
  /** The same in linear time, where AWS's own pattern can be slow. */
  readonly linear?: RegExp;
  readonly values?: readonly string[];
  readonly length?: readonly [minimum: number, maximum: number];
  readonly range?: readonly [minimum: number, maximum: number];
}

/** A member by its path, as AWS writes it: `pipeline.stages.1.member.name`. */
export type Check = readonly [
  path: string,
  value: string | number | readonly unknown[] | undefined,
  constraint: Constraint,
];

/** Throws AWS's error for members that break their constraints: all of them in one message. */
export function refuseBroken(code: string, checks: Iterable<Check>): void {
  const broken = [...checks].flatMap(([path, value, constraint]) => {
    if (value === undefined) return [];
    const shown = Array.isArray(value) ? `[${value.map(shownItem).join(", ")}]` : String(value);
    return brokenRules(value, constraint).map(
      (rule) => `Value '${shown}' at '${path}' failed to satisfy constraint: Member must ${rule}`,
    );
  });
  if (broken.length === 0) return;
  const found = `${broken.length} validation error${broken.length > 1 ? "s" : ""} detected`;
  throw new AwsError(code, `${found}: ${broken.join("; ")}`);
}

function shownItem(item: unknown): string {
  return typeof item === "object" ? JSON.stringify(item) : String(item);
}

function* rules(
  value: string | number | readonly unknown[],
  constraint: Constraint,
): Generator<string | false> {
  const { pattern, linear, values, length, range } = constraint;
  if (typeof value === "number") {
    yield range !== undefined && value < range[0] && `have value greater than or equal to ${range[0]}`;
    yield range !== undefined && value > range[1] && `have value less than or equal to ${range[1]}`;
    return;
  }
  yield length !== undefined &&
    value.length < length[0] &&
    `have length greater than or equal to ${length[0]}`;
  yield length !== undefined && value.length > length[1] && `have length less than or equal to ${length[1]}`;
  if (typeof value !== "string") return;
  yield pattern !== undefined &&
    !(linear ?? toRegExp(pattern)).test(value) &&
    `satisfy regular expression pattern: ${pattern}`;
  yield values !== undefined && !values.includes(value) && `satisfy enum value set: [${values.join(", ")}]`;
}

function brokenRules(value: string | number | readonly unknown[], constraint: Constraint): string[] {
  return [...rules(value, constraint)].filter((rule) => rule !== false);
}

/** AWS's models contain Java's patterns, with a special class for printable characters. */
function toRegExp(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern.replaceAll("\\p{Print}", "[\\x20-\\x7e]")})$`, "s");
}
