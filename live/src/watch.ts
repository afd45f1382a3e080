import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { isDeepStrictEqual } from "node:util";
import type { Parts } from "./parts.ts";

export interface WatchClock {
  now(): number;
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The findings of one pass, and the milliseconds until the next may begin. */
export interface Pass {
  readonly parts: Parts;
  readonly pauseMs: number;
}

/** A message of the stream. A browser that has applied all messages up to an id needs only the later ones. */
export interface Message {
  readonly id: string;
  readonly kind: "snapshot" | "change";
  /** Time of the server. */
  readonly now: number;
  readonly set: Readonly<Record<string, unknown>>;
  readonly removed: readonly string[];
}

export interface WatchOptions {
  /** Reads the account once. Never rejects. */
  readonly observe: (signal: AbortSignal) => Promise<Pass>;
  readonly clock: WatchClock;
  /** Changes kept for browsers that reconnect. */
  readonly kept?: number;
}

const freshMs = 3000;

export type Watch = ReturnType<typeof createWatch>;

/** Keeps the parts with the changes that led to them. `wake` is called after each change. */
function createHistory(clock: WatchClock, kept: number, wake: () => void) {
  const epoch = randomUUID().slice(0, 8);
  const parts = new Map<string, unknown>();
  const changes: { number: number; message: Message }[] = [];
  let number = 0;
  const message = (kind: Message["kind"], set: Message["set"], removed: readonly string[]): Message => ({
    ...{ id: `${epoch}-${number}`, kind, now: clock.now(), set, removed },
  });
  return {
    parts,
    last: () => number,
    apply(set: ReadonlyMap<string, unknown>, removed: readonly string[]) {
      const changed = [...set].filter(([key, value]) => !isDeepStrictEqual(parts.get(key), value));
      const gone = removed.filter((key) => parts.delete(key));
      if (changed.length + gone.length === 0) return;
      for (const [key, value] of changed) parts.set(key, value);
      number += 1;
      changes.push({ number, message: message("change", Object.fromEntries(changed), gone) });
      if (changes.length > kept) changes.shift();
      wake();
    },
    /** Number of a message by its id; undefined if it is of another start. */
    numberOf(id = ""): number | undefined {
      const [givenEpoch, given = ""] = id.split("-");
      return givenEpoch === epoch && /^\d+$/.test(given) ? Number(given) : undefined;
    },
    /** Returns the messages after one; a snapshot if some of them are no longer kept. */
    after(last: number | undefined): Message[] {
      if (last === undefined || last > number || last < number - changes.length)
        return [message("snapshot", Object.fromEntries(parts), [])];
      return changes.filter((change) => change.number > last).map((change) => change.message);
    },
  };
}

/** Makes one pass at a time, and applies what it finds. */
function createPasses(
  { observe, clock }: WatchOptions,
  apply: ReturnType<typeof createHistory>["apply"],
  signal: AbortSignal,
) {
  /** Keys of the parts that a pass found, in contrast to those of extensions. */
  let observed = new Set<string>();
  let pass: { promise: Promise<Pass>; endedAt: number | undefined } | undefined;
  let pauseMs = 0;
  const observeOnce = async () => {
    if (pass && pass.endedAt === undefined) return pass.promise;
    const started: NonNullable<typeof pass> = { promise: observe(signal), endedAt: undefined };
    pass = started;
    const result = await started.promise;
    started.endedAt = clock.now();
    pauseMs = result.pauseMs;
    if (signal.aborted) return result;
    const now = new Set(result.parts.keys());
    const removed = [...observed].filter((key) => !now.has(key));
    observed = now;
    apply(result.parts, removed);
    return result;
  };
  return {
    observeOnce,
    pause: () => clock.wait(pauseMs, signal).catch(() => {}),
    isFresh: () => pass?.endedAt !== undefined && clock.now() - pass.endedAt < freshMs,
  };
}

/** Observes for all browsers together, and only while one of them watches. */
export function createWatch(options: WatchOptions) {
  const closing = new AbortController();
  // The calls of a pass run at once, and each listens to it.
  setMaxListeners(0, closing.signal);
  let listening = Promise.withResolvers<void>();
  const wake = () => {
    listening.resolve();
    listening = Promise.withResolvers();
  };
  const history = createHistory(options.clock, options.kept ?? 500, wake);
  const passes = createPasses(options, history.apply, closing.signal);
  let followers = 0;
  let isRunning = false;
  const run = async () => {
    isRunning = true;
    while (followers > 0 && !closing.signal.aborted) {
      await passes.pause();
      if (followers > 0) await passes.observeOnce();
    }
    isRunning = false;
  };
  return {
    parts: history.parts as Parts,
    /** Sets or removes a part. */
    publish(key: string, value: unknown): void {
      if (value === undefined) history.apply(new Map(), [key]);
      else history.apply(new Map([[key, value]]), []);
    },
    /** Resolves once the parts are at most some seconds old. */
    async refresh(): Promise<void> {
      if (!passes.isFresh()) await passes.observeOnce();
    },
    /** Yields what happens after the message of an id, first of all a snapshot if that id is unknown. */
    async *follow(lastId: string | undefined, signal: AbortSignal): AsyncGenerator<Message> {
      let last = history.numberOf(lastId);
      followers += 1;
      signal.addEventListener("abort", wake);
      try {
        await this.refresh();
        if (!isRunning) void run();
        while (!signal.aborted && !closing.signal.aborted) {
          const news = listening.promise;
          const messages = history.after(last);
          last = history.last();
          yield* messages;
          if (last === history.last()) await news;
        }
      } finally {
        signal.removeEventListener("abort", wake);
        followers -= 1;
      }
    },
    close(): void {
      closing.abort();
      wake();
    },
  };
}
