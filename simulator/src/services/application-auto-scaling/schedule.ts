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

interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Names of its values, from the first. */
  readonly names?: readonly string[];
}

const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const fields: readonly Field[] = [
  { name: "minutes", from: 0, to: 59 },
  { name: "hours", from: 0, to: 23 },
  { name: "day-of-month", from: 1, to: 31 },
  { name: "month", from: 1, to: 12, names: months },
  { name: "day-of-week", from: 0, to: 6, names: days },
  { name: "year", from: 1970, to: 2199 },
];
const dayMs = 86_400_000;

/** The next 29th of February may be eight years away, as around 2100. */
const searchedDays = 8 * 366;

/**
 * The six fields of an AWS cron expression (user guide, "Schedule recurring scaling actions using cron expressions"),
 * in UTC. Throws ValidationException for the letters L, W and #, for seconds, and for days of the week as numbers,
 * which AWS's guides define in two ways.
 */
function parseCron(text: string): Schedule {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== fields.length)
    throw invalid(
      `The simulator takes cron expressions of six fields (${fields.map(({ name }) => name).join(", ")}), not '${text}'.`,
    );
  const [minutes = [], hours = [], monthDays = [], monthsOfYear = [], weekDays = [], years = []] = fields.map(
    (field, index) => valuesOf(field, (parts[index] as string).toUpperCase(), text),
  );
  const isDay = (day: Date) =>
    monthDays.includes(day.getUTCDate()) &&
    monthsOfYear.includes(day.getUTCMonth() + 1) &&
    weekDays.includes(day.getUTCDay()) &&
    years.includes(day.getUTCFullYear());
  return {
    next(after) {
      const today = Math.floor(after.getTime() / dayMs) * dayMs;
      for (let day = 0; day < searchedDays; day++) {
        const start = today + day * dayMs;
        if (!isDay(new Date(start))) continue;
        for (const hour of hours)
          for (const minute of minutes) {
            const at = new Date(start + (hour * 60 + minute) * 60_000);
            if (at > after) return at;
          }
      }
      return undefined;
    },
  };
}

/** Ascending. */
function valuesOf(field: Field, part: string, text: string): number[] {
  const found = part.split(",").flatMap((item) => itemValues(field, item, text));
  return [...new Set(found)].sort((a, b) => a - b);
}

function itemValues(field: Field, item: string, text: string): number[] {
  const refuse = () =>
    invalid(
      `The simulator does not understand '${item}' as the ${field.name} of the cron expression '${text}'.`,
    );
  const [, range = "", step] = /^([^/]+)(?:\/(\d+))?$/.exec(item) ?? [];
  const [first = "", last, more] = range.split("-");
  if (range === "" || more !== undefined || step === "0") throw refuse();
  const isAll = range === "*" || range === "?";
  const from = isAll ? field.from : valueIn(field, first);
  // A beginning with a step extends to the last value.
  const to = isAll || (last === undefined && step) ? field.to : valueIn(field, last ?? first);
  if (from === undefined || to === undefined || from > to) throw refuse();
  const width = Number(step ?? 1);
  return Array.from({ length: Math.floor((to - from) / width) + 1 }, (_, index) => from + index * width);
}

function valueIn({ name, from, to, names }: Field, text: string): number | undefined {
  const named = names?.indexOf(text) ?? -1;
  if (named >= 0) return from + named;
  const value = Number(text);
  const isNumber = /^\d+$/.test(text) && name !== "day-of-week";
  return isNumber && value >= from && value <= to ? value : undefined;
}
