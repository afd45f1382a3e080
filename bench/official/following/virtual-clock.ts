import { syncBuiltinESMExports } from "node:module";
import timers from "node:timers";
import promises from "node:timers/promises";
import { promisify } from "node:util";
import { createVirtualClock } from "@ecs-delivery/simulator/virtual-clock.support";

/**
 * Replaces `Date` and the timers of this process by the virtual time of the simulator's tests: while requests are in
 * progress time stops, and once the program only waits, its next timer is due at once. Returns the clock.
 */
export function installVirtualClock() {
  const clock = createVirtualClock();
  const { now, wait } = clock.foreground;
  replaceTimers(wait);
  // As with Node's, the process does not wait for it.
  AbortSignal.timeout = (ms) => {
    const limit = new AbortController();
    const reason = new DOMException("The operation was aborted due to timeout", "TimeoutError");
    void clock.wait(ms).then(() => limit.abort(reason));
    return limit.signal;
  };
  const RealDate = globalThis.Date;
  class VirtualDate extends RealDate {
    constructor(...parts: unknown[]) {
      if (parts.length === 0) super(now());
      else super(...(parts as [number]));
    }
    static override now(): number {
      return now();
    }
  }
  globalThis.Date = VirtualDate as DateConstructor;
  return clock.foreground;
}

/** The part of Node's Timeout that programs use; it keeps no process alive. */
class Timer {
  readonly cleared = new AbortController();
  ref = () => this;
  unref = () => this;
  hasRef = () => true;
}

/**
 * Replaces the timers wherever a program that is loaded afterwards finds them: in the globals, `node:timers`,
 * `node:timers/promises` and `util.promisify`.
 */
function replaceTimers(pass: (ms: number, signal?: AbortSignal) => Promise<void>): void {
  const passed = (ms: unknown, signal?: AbortSignal) => pass(Number(ms) || 1, signal);
  const start =
    (repeats: boolean) =>
    (callback: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
      const timer = new Timer();
      const { signal } = timer.cleared;
      const run = async () => {
        await passed(ms, signal).catch(() => {});
        // Another timer that was due at the same time may have cleared this one.
        if (signal.aborted) return;
        if (repeats) void run();
        callback(...args);
      };
      void run();
      return timer;
    };
  async function wait<Value>(ms?: number, value?: Value, { signal }: { signal?: AbortSignal } = {}) {
    await passed(ms, signal).catch(() => {
      const error = new Error("The operation was aborted", { cause: signal?.reason });
      throw Object.assign(error, { name: "AbortError", code: "ABORT_ERR" });
    });
    return value;
  }
  async function* repeat<Value>(ms?: number, value?: Value, options?: { signal?: AbortSignal }) {
    for (;;) yield await wait(ms, value, options);
  }
  const clear = (timer: unknown) => timer instanceof Timer && timer.cleared.abort();
  const setTimeout = Object.assign(start(false), { [promisify.custom]: wait });
  const replaced = { setTimeout, setInterval: start(true), clearTimeout: clear, clearInterval: clear };
  Object.assign(globalThis, replaced);
  Object.assign(timers, replaced);
  Object.assign(promises, { setTimeout: wait, setInterval: repeat });
  promises.scheduler.wait = (ms, options) => wait(ms, undefined, options);
  syncBuiltinESMExports();
}
