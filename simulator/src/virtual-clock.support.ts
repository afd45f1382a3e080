import { subscribe } from "node:diagnostics_channel";
import type { ClientRequest, ServerResponse } from "node:http";
import type { Clock } from "./clock.ts";

/** Time for tests: the clock of a simulator, and operations for tests. */
export interface TestClock extends Clock {
  /** The clock for foreground waits: of a test, or of an action under test. */
  readonly foreground: {
    now(): number;
    wait(ms: number, signal?: AbortSignal): Promise<void>;
  };
  /** Advances time until the promise settles. For operations that themselves wait for AWS time. */
  during<Value>(promise: Promise<Value>): Promise<Value>;
  /** Advances time until the condition returns a truthy value, and resolves with it. */
  until<Value>(condition: Claim<Value>, limit?: Limit): Promise<Truthy<Value>>;
  /** Advances time until the assertion does not throw. At the limit it throws the last error. */
  eventually<Value>(assertion: Claim<Value>, limit?: Limit): Promise<Value>;
  /** Ends time: foreground waits are rejected. */
  stop(): void;
}

type Claim<Value> = () => Value | Promise<Value>;
type Truthy<Value> = Exclude<Value, undefined | null | false | 0 | "">;
type Limit = { readonly withinMs?: number };

interface Wait {
  readonly deadline: number;
  readonly isForeground: boolean;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

const day = 86_400_000;
/** Turns of the event loop without activity after which the process counts as quiet. */
const quietTurns = 4;
/** The same while requests are in progress: one of them may itself wait for virtual time. */
const requestTurns = 30;
const requestMs = 20;
/** Limit for constant activity of requests in progress: clients that never stop. */
const busyTurns = 500;
const busyMs = 200;
/** Files, names and programs end on their own. This limit only ends those that hang. */
const workMs = 2_000;

/** Real limit in milliseconds that replaces a day for tests of real processes. */
const realLimitMs = 100_000;

// Vitest's fake timers replace the globals.
const { setImmediate, setTimeout } = globalThis;

/**
 * A clock that moves only by jumps: while a task waits in the foreground and the process is quiet, it jumps to the next
 * deadline. Otherwise time does not advance. It starts at a full minute, so that periods do not depend on real time.
 */
export function createVirtualClock(): TestClock {
  let now = Math.floor(Date.now() / 60_000) * 60_000;
  let isRunning = false;
  let isStopped = false;
  const waits = new Set<Wait>();
  const inForeground = () => [...waits].filter(({ isForeground }) => isForeground);
  const run = async () => {
    isRunning = true;
    while (inForeground().length > 0) {
      await quiet(() => waits.size);
      const next = nextOf(waits);
      now = Math.max(now, next ?? now);
      if (next === undefined) await new Promise((resolve) => setTimeout(resolve, 1));
      else endDue(waits, now);
    }
    isRunning = false;
  };
  const wait = (isForeground: boolean, ms: number, signal?: AbortSignal) => {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (isForeground && isStopped) return Promise.reject(hasStopped());
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = () => entry.reject(signal?.reason);
    const ending =
      <Args extends unknown[]>(settle: (...args: Args) => void) =>
      (...args: Args) => {
        waits.delete(entry);
        signal?.removeEventListener("abort", onAbort);
        settle(...args);
      };
    // As with timers, the shortest wait is a millisecond.
    const deadline = now + Math.max(1, ms);
    const entry: Wait = { deadline, isForeground, resolve: ending(resolve), reject: ending(reject) };
    waits.add(entry);
    signal?.addEventListener("abort", onAbort, { once: true });
    if (isForeground && !isRunning) void run();
    return promise;
  };
  const foreground: TestClock["foreground"] = {
    now: () => now,
    wait: (ms, signal) => wait(true, ms, signal),
  };
  return {
    scale: 1,
    now: () => new Date(now),
    toWall: (ms) => ms,
    wait: (ms, signal) => wait(false, ms, signal),
    foreground,
    during: (promise) => passingDuring(promise, foreground),
    ...repeating(
      () => now,
      // Checks each virtual second at first, and less often after hours.
      (waitedMs) => foreground.wait(Math.max(1_000, waitedMs / 600)),
    ),
    stop() {
      isStopped = true;
      for (const { reject } of inForeground()) reject(hasStopped());
    },
  };
}

function passingDuring<Value>(promise: Promise<Value>, { wait }: TestClock["foreground"]): Promise<Value> {
  const over = new AbortController();
  wait(Number.POSITIVE_INFINITY, over.signal).catch(() => {});
  return promise.finally(() => over.abort());
}

/** Returns the next deadline, if there is one. */
function nextOf(waits: ReadonlySet<Wait>): number | undefined {
  const next = Math.min(...[...waits].map(({ deadline }) => deadline));
  return next === Number.POSITIVE_INFINITY ? undefined : next;
}

/** At the same instant the simulator's own waits end before those of the foreground, which then see their effect. */
function endDue(waits: ReadonlySet<Wait>, now: number): void {
  const due = [...waits].filter(({ deadline }) => deadline <= now);
  const background = due.filter(({ isForeground }) => !isForeground);
  for (const wait of background.length > 0 ? background : due) wait.resolve();
}

const hasStopped = () => new Error("the simulator of this clock is closed: its time has stopped");

/** The same for a clock that runs faster than real time, with real processes, which need real time. */
export function withForeground(clock: Clock): TestClock {
  const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 10));
  return {
    ...clock,
    foreground: { now: Date.now, wait: clock.wait },
    during: (promise) => promise,
    ...repeating(() => (Date.now() * day) / realLimitMs, pause),
    stop() {},
  };
}

function repeating(
  now: () => number,
  pause: (waitedMs: number) => Promise<void>,
): Pick<TestClock, "until" | "eventually"> {
  const eventually: TestClock["eventually"] = async (assertion, { withinMs = day } = {}) => {
    const start = now();
    for (;;) {
      try {
        return await assertion();
      } catch (error) {
        if (now() - start >= withinMs) throw error;
      }
      await pause(now() - start);
    }
  };
  return {
    eventually,
    until: <Value>(condition: Claim<Value>, limit?: Limit) =>
      eventually(async () => {
        const value = await condition();
        if (value) return value as Truthy<Value>;
        throw new Error(`${condition} still returns ${JSON.stringify(value)}`);
      }, limit),
  };
}

/** Resolves once nothing happens in this process any more until time advances. */
async function quiet(countWaits: () => number): Promise<void> {
  const startedAt = performance.now();
  let turns = 0;
  let news = { turns, at: startedAt, state: "" };
  for (;;) {
    const at = performance.now();
    const inProgress = requests.inProgress();
    const state = `${countWaits()} ${requests.started()} ${inProgress}`;
    const isWorking = at - startedAt < workMs && process.getActiveResourcesInfo().some(isWork);
    if (state !== news.state) news = { turns, at, state };
    const calm = turns - news.turns;
    if (!isWorking) {
      if (inProgress === 0 && calm >= quietTurns) return;
      if (calm >= requestTurns && at - news.at >= requestMs) return;
      if (turns >= busyTurns && at - startedAt >= busyMs) return;
    }
    // Busy waiting would take the processor from the work it waits for.
    await new Promise((resolve) => (calm < requestTurns ? setImmediate(resolve) : setTimeout(resolve, 1)));
    turns++;
  }
}

/**
 * Returns whether a resource ends without virtual time: files, names, connections and programs. Sockets and timers do
 * not count.
 */
function isWork(resource: string): boolean {
  return /^(FSReq|CloseReq|GetAddrInfoReq|TCPConnectWrap|WriteWrap|ShutdownWrap|ProcessWrap)/.test(resource);
}

/** Requests of this process, whichever test file started them. */
const requests = watchRequests();

function watchRequests() {
  /** Those in progress, each as a function that returns whether it is over. */
  const open = new Set<() => boolean>();
  let started = 0;
  const start = (isOver: () => boolean) => {
    started++;
    open.add(isOver);
  };
  subscribe("http.client.request.start", (message) => {
    const { request } = message as { request: ClientRequest };
    start(() => request.destroyed);
  });
  subscribe("http.server.request.start", (message) => {
    const { response } = message as { response: ServerResponse };
    start(() => response.writableFinished || response.destroyed);
  });
  subscribe("undici:request:create", (message) => {
    const { request } = message as { request: { completed: boolean; aborted: boolean } };
    start(() => request.completed || request.aborted);
  });
  return {
    started: () => started,
    inProgress(): number {
      for (const isOver of open) if (isOver()) open.delete(isOver);
      return open.size;
    },
  };
}
