import { createVirtualClock } from "../../../simulator/src/virtual-clock.support.ts";
import { replaceDate } from "./aws-time.ts";
import { replaceTimers } from "./replace-timers.ts";

/**
 * Replaces `Date` and the timers of this process by the virtual time of the simulator's tests: while requests are in
 * progress time stops, and once the program only waits, its next timer is due at once. Returns a function for the
 * current time in milliseconds.
 */
export function installVirtualClock(): () => number {
  const clock = createVirtualClock();
  replaceTimers(clock.foreground.wait);
  // As with Node's, the process does not wait for it.
  AbortSignal.timeout = (ms) => {
    const limit = new AbortController();
    const reason = new DOMException("The operation was aborted due to timeout", "TimeoutError");
    void clock.wait(ms).then(() => limit.abort(reason));
    return limit.signal;
  };
  replaceDate(clock.foreground.now);
  return clock.foreground.now;
}
