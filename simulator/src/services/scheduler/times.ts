import { Cron } from "croner";
import { type Clock, passes } from "../../clock.ts";

/** Returns the first time after another one at which an expression is due; undefined if there is none. */
export type Times = (after: Date) => Date | undefined;

const unitMs: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * Parses `rate(5 minutes)`, `cron(0 8 ? * MON-FRI *)` and `at(2027-01-31T08:00:00)`; undefined for other texts. Source:
 * "Schedule types", EventBridge Scheduler user guide; Sunday is day 1 of the week.
 */
export function parseTimes(expression: string, timezone = "UTC"): Times | undefined {
  const [, kind, text = ""] = /^(rate|cron|at)\(([^()]*)\)$/.exec(expression) ?? [];
  if (kind === "rate" && isTimezone(timezone)) {
    const [, count, unit = ""] = /^([1-9]\d{0,8}) (minute|hour|day)s?$/.exec(text) ?? [];
    const stepMs = Number(count) * (unitMs[unit] ?? 0);
    return stepMs > 0 ? (after) => new Date(after.getTime() + stepMs) : undefined;
  }
  const fields = text.split(" ");
  // One of the days is "?", and only one.
  const isCron = kind === "cron" && fields.length === 6 && (fields[2] === "?") !== (fields[4] === "?");
  const isTime = kind === "at" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text);
  if (!isCron && !isTime) return undefined;
  try {
    const options = { timezone, alternativeWeekdays: true, sloppyRanges: true, paused: true };
    const times = new Cron(isCron ? `0 ${text}` : text, options);
    times.nextRun();
    return (after) => times.nextRun(after) ?? undefined;
  } catch {
    return undefined;
  }
}

function isTimezone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone }) !== undefined;
  } catch {
    return false;
  }
}

/** Calls at each of the times until the signal aborts, in AWS's time; resolves after the last one. */
export async function callAt(
  times: Times,
  clock: Clock,
  signal: AbortSignal,
  call: (at: Date) => unknown,
): Promise<void> {
  let last = clock.now();
  for (let next = times(last); next; next = times(last)) {
    if (!(await passes(clock.wait(next.getTime() - last.getTime(), signal)))) return;
    last = next;
    call(next);
  }
}
