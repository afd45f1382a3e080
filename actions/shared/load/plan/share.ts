import type { LoadStage } from "../report.ts";

/** The `number`th of `of` generators, counted from 1. */
export interface Share {
  readonly number: number;
  readonly of: number;
}

const whole: Share = { number: 1, of: 1 };

/** Parses `2/4`; the whole when not given. */
export function parseShare(text: string | undefined, problem: (sentence: string) => void): Share {
  if (text === undefined) return whole;
  const [, number = 0, of = 0] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (number >= 1 && number <= of) return { number, of };
  problem(`Input share is "${text}"; expected a share such as 1/4 (from 1/4 to 4/4 for four generators)`);
  return whole;
}

/**
 * Returns each generator's part of the levels, which add up to the whole: a rate is divided, connections are
 * distributed. The same generators get one more in every stage.
 */
export function shareOf(
  stages: readonly LoadStage[],
  { number, of }: Share,
  loop: "closed" | "open",
): LoadStage[] {
  const part = (level: number) =>
    loop === "open"
      ? level / of
      : Math.floor((level * number) / of) - Math.floor((level * (number - 1)) / of);
  return stages.map(({ durationMs, from, to }) => ({ durationMs, from: part(from), to: part(to) }));
}
