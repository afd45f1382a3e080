import { Cron } from "croner";
import { type Clock, passes } from "../../clock.ts";

/** Returns the first time after another one at which an expression is due; undefined after the last one. */
export type Times = (after: Date) => Date | undefined;

const unitMs: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * Parses `rate(5 minutes)`, `cron(0 8 ? * MON-FRI *)` and `at(2027-01-31T08:00:00)`; undefined for other texts. Source:
 * "Schedule types", EventBridge Scheduler user guide; Sunday is day 1 of the week.
 */
export function parseTimes(expression: string, timezone = "UTC"): Times | undefined {
  const [, kind, text = ""] = /^(rate|cron|at)\(([^()]*)\)$/.exec(expression) ?? [];
  const [, count, unit = ""] = (kind === "rate" && /^([1-9]\d{0,8}) (minute|hour|day)s?$/.exec(text)) || [];
  const stepMs = Number(count) * (unitMs[unit] ?? Number.NaN);
  const fields = text.split(" ");
  // One of the days is "?", and only one.
  const isCron = kind === "cron" && fields.length === 6 && (fields[2] === "?") !== (fields[4] === "?");
  const isTime = kind === "at" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text);
  if (!isCron && !isTime && !(stepMs > 0)) return undefined;
  try {
    const options = { timezone, alternativeWeekdays: true, sloppyRanges: true, paused: true };
    const times = new Cron(isCron ? `0 ${text}` : isTime ? text : "* * * * *", options);
    // Throws for an unknown time zone.
    times.nextRun();
    if (stepMs > 0) return (after) => new Date(after.getTime() + stepMs);
    return (after) => times.nextRun(after) ?? undefined;
  } catch {
    return undefined;
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
