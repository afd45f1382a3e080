import type { Account } from "./account/account.ts";
import { Missing, Unreadable } from "./outcome.ts";

/** Records which resource was taken for which part of the lab. */
export type Choices = ReturnType<typeof createChoices>;

export function createChoices() {
  const taken = new Map<string, string>();
  const notes: string[] = [];
  return {
    taken,
    notes,
    /** Takes the best candidate with a score above 0, of equals the first by name. */
    choose<T>(role: string, candidates: readonly Candidate<T>[]): T | undefined {
      const ranked = candidates
        .filter(({ score }) => score > 0)
        .sort((one, other) => other.score - one.score || one.name.localeCompare(other.name));
      const [first, ...others] = ranked;
      if (!first) return undefined;
      taken.set(role, first.name);
      const equals = others.filter(({ score }) => score === first.score).map(({ name }) => name);
      if (equals.length > 0) notes.push(`Using ${first.name} as ${role}. ${equals.join(", ")} also matches`);
      return first.value;
    },
  };
}

interface Candidate<T> {
  readonly value: T;
  readonly name: string;
  readonly score: number;
}

export function points(...reasons: readonly (readonly [applies: boolean, points: number])[]): number {
  return reasons.reduce((sum, [applies, points]) => sum + (applies ? points : 0), 0);
}

export function missing({ region }: Account, what: string): never {
  throw new Missing(`${region} has ${what}`);
}

/** Returns undefined for a part that does not exist. */
export async function unlessMissing<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof Missing) return undefined;
    throw error;
  }
}

/** A part that only helps to find another one: without it, names decide. */
export async function hint<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await unlessMissing(read);
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}
