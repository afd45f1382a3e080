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

/** Observes for all browsers together, and only while one of them watches. */
export function createWatch({ observe, clock, kept = 500 }: WatchOptions) {
  const epoch = randomUUID().slice(0, 8);
  const parts = new Map<string, unknown>();
  /** Keys of the parts that a pass found, in contrast to those of extensions. */
  let observed = new Set<string>();
  let number = 0;
  const changes: { number: number; message: Message }[] = [];
  const closing = new AbortController();
  // The calls of a pass run at once, and each listens to it.
  setMaxListeners(0, closing.signal);
  let listening = Promise.withResolvers<void>();
  let followers = 0;
  let isRunning = false;
  let pauseMs = 0;
  let pass: { promise: Promise<Pass>; endedAt: number | undefined } | undefined;

  const wake = () => {
    listening.resolve();
    listening = Promise.withResolvers();
  };
  const apply = (set: ReadonlyMap<string, unknown>, removed: readonly string[]) => {
    const changed = [...set].filter(([key, value]) => !isDeepStrictEqual(parts.get(key), value));
    const gone = removed.filter((key) => parts.delete(key));
    if (changed.length + gone.length === 0) return;
    for (const [key, value] of changed) parts.set(key, value);
    number += 1;
    const set_ = Object.fromEntries(changed);
    const message: Message = { id: idOf(number), kind: "change", now: clock.now(), set: set_, removed: gone };
    changes.push({ number, message });
    if (changes.length > kept) changes.shift();
    wake();
  };
  const idOf = (of: number) => `${epoch}-${of}`;
  const observeOnce = async () => {
    if (pass?.endedAt === undefined && pass) return pass.promise;
    const started: NonNullable<typeof pass> = { promise: observe(closing.signal), endedAt: undefined };
    pass = started;
    const result = await started.promise;
    started.endedAt = clock.now();
    pauseMs = result.pauseMs;
    if (closing.signal.aborted) return result;
    const now = new Set(result.parts.keys());
    const removed = [...observed].filter((key) => !now.has(key));
    observed = now;
    apply(result.parts, removed);
    return result;
  };
  const run = async () => {
    isRunning = true;
    while (followers > 0 && !closing.signal.aborted) {
      await clock.wait(pauseMs, closing.signal).catch(() => {});
      if (followers > 0) await observeOnce();
    }
    isRunning = false;
  };
  const snapshot = (): Message => ({
    id: idOf(number),
    kind: "snapshot",
    now: clock.now(),
    set: Object.fromEntries(parts),
    removed: [],
  });
  /** The messages after one; a snapshot if some of them are no longer kept. */
  const after = (last: number | undefined): Message[] => {
    if (last === undefined || last > number || last < number - changes.length) return [snapshot()];
    return changes.filter((change) => change.number > last).map(({ message }) => message);
  };
  return {
    parts: parts as Parts,
    /** Sets or removes a part. */
    publish(key: string, value: unknown): void {
      if (value === undefined) apply(new Map(), [key]);
      else apply(new Map([[key, value]]), []);
    },
    /** Resolves once the parts are at most some seconds old. */
    async refresh(): Promise<void> {
      const isFresh = pass?.endedAt !== undefined && clock.now() - pass.endedAt < freshMs;
      if (!isFresh) await observeOnce();
    },
    /** Yields what happens after the message of an id, first of all a snapshot if that id is unknown. */
    async *follow(lastId: string | undefined, signal: AbortSignal): AsyncGenerator<Message> {
      const [givenEpoch, givenNumber] = (lastId ?? "").split("-");
      let last = givenEpoch === epoch && /^\d+$/.test(givenNumber ?? "") ? Number(givenNumber) : undefined;
      followers += 1;
      const onAbort = () => wake();
      signal.addEventListener("abort", onAbort);
      try {
        await this.refresh();
        if (!isRunning) void run();
        while (!signal.aborted && !closing.signal.aborted) {
          const news = listening.promise;
          const messages = after(last);
          last = number;
          yield* messages;
          if (last === number) await news;
        }
      } finally {
        signal.removeEventListener("abort", onAbort);
        followers -= 1;
      }
    },
    close(): void {
      closing.abort();
      wake();
    },
  };
}
