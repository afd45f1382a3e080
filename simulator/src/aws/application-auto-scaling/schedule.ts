import { parseCron } from "./cron.ts";
import { invalid } from "./state.ts";

/** Times of a scheduled action, in UTC. */
export interface Schedule {
  /** Returns the first time after a moment; undefined when there is none. */
  next(after: Date): Date | undefined;
}

const unitMs: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** Parses `at(…)`, `rate(…)` or `cron(…)`. Throws ValidationException with the problem (API reference, Schedule). */
export function parseSchedule(text: string): Schedule {
  const [, kind, inner = ""] = /^(at|rate|cron)\((.*)\)$/.exec(text) ?? [];
  if (kind === "at") return once(inner, text);
  if (kind === "rate") return atRate(inner, text);
  if (kind === "cron") return parseCron(inner);
  throw invalid(
    `The schedule '${text}' is none of at(yyyy-mm-ddThh:mm:ss), rate(value unit) and cron(minutes hours day-of-month month day-of-week year).`,
  );
}

function once(inner: string, text: string): Schedule {
  const at = new Date(`${inner}Z`);
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(inner) || Number.isNaN(at.getTime()))
    throw invalid(`The schedule '${text}' is not of the form at(yyyy-mm-ddThh:mm:ss).`);
  return { next: (after) => (at > after ? at : undefined) };
}

function atRate(inner: string, text: string): Schedule {
  const [, value, unit = ""] = /^(\d+) (minute|hour|day)s?$/.exec(inner) ?? [];
  const periodMs = Number(value) * (unitMs[unit] ?? Number.NaN);
  if (!(periodMs > 0))
    throw invalid(
      `The schedule '${text}' is not of the form rate(value unit), with the unit minutes, hours or days.`,
    );
  return { next: (after) => new Date(after.getTime() + periodMs) };
}
