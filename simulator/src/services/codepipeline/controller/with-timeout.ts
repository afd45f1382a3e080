import type { ActionDeclaration } from "@aws-sdk/client-codepipeline";
import type { Clock } from "../../../clock.ts";
import { ActionFailure } from "./failure.ts";

const minute = 60_000;
const day = 24 * 60 * minute;

/** Milliseconds of AWS time. Source: quotas of CodePipeline, "Length of time before an action times out". */
const limits: ReadonlyMap<string | undefined, number> = new Map([
  ["Manual", 7 * day],
  ["CodeDeployToECS", 5 * day],
]);
/** AWS's timeout for actions without a specific one. */
const otherLimit = 60 * minute;

/** Performs an action within its timeout; its signal is aborted at the end of it. */
export async function withTimeout<Result>(
  clock: Clock,
  signal: AbortSignal,
  { name, actionTypeId, timeoutInMinutes }: ActionDeclaration,
  perform: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const limit =
    timeoutInMinutes === undefined
      ? (limits.get(actionTypeId?.provider) ?? otherLimit)
      : timeoutInMinutes * minute;
  const timeout = new AbortController();
  const done = new AbortController();
  const limited = AbortSignal.any([signal, timeout.signal]);
  const expiry = waitLong(clock, limit, AbortSignal.any([signal, done.signal])).then(
    () => timeout.abort(new ActionFailure("JobFailed", `The action ${name} timed out.`)),
    () => undefined,
  );
  try {
    return await perform(limited);
  } finally {
    done.abort();
    await expiry;
  }
}

/** Timers are limited to 24 days. */
async function waitLong(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  for (let left = ms; left > 0; left -= day) await clock.wait(Math.min(left, day), signal);
}
