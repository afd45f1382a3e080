import { subscribe } from "node:diagnostics_channel";
import { replaceDate } from "./aws-time.ts";

interface Timer {
  readonly due: number;
  readonly fire: () => void;
}

/** Turns of the event loop without a request, after which the program can only be waiting for time. */
const quietTurns = 25;

/**
 * Replaces `Date` and `setTimeout` of this process. Time stops while requests are in progress. Once all have their
 * response and the program only waits, its next timer is due at once. Returns a function for the current time in
 * milliseconds.
 */
export function installVirtualClock(startAt: number): () => number {
  const timers = new Map<number, Timer>();
  let now = startAt;
  let lastId = 0;
  let requests = 0;
  let quiet = 0;
  let pumping = false;
  const busy = (change: number) => () => {
    requests += change;
    quiet = 0;
  };
  subscribe("http.client.request.start", busy(1));
  subscribe("http.client.response.finish", busy(-1));
  subscribe("http.client.request.error", busy(-1));

  function pump(): void {
    pumping = timers.size > 0;
    if (!pumping) return;
    quiet = requests > 0 ? 0 : quiet + 1;
    const [id, next] = [...timers].reduce((one, other) => (other[1].due < one[1].due ? other : one));
    if (next.due <= now || quiet >= quietTurns) {
      timers.delete(id);
      now = Math.max(now, next.due);
      quiet = 0;
      next.fire();
    }
    setImmediate(pump);
  }

  globalThis.setTimeout = ((callback: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
    lastId += 1;
    timers.set(lastId, { due: now + ms, fire: () => callback(...args) });
    if (!pumping) setImmediate(pump);
    pumping = true;
    return timeoutOf(lastId);
  }) as typeof setTimeout;
  globalThis.clearTimeout = (timeout) => void timers.delete(Number(timeout));
  replaceDate(() => now);
  return () => now;
}

/** The part of Node's Timeout that programs use; it keeps no process alive. */
function timeoutOf(id: number) {
  const timeout = {
    ref: () => timeout,
    unref: () => timeout,
    hasRef: () => true,
    [Symbol.toPrimitive]: () => id,
  };
  return timeout;
}
