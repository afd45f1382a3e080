import { expect, it } from "vitest";
import { createWatch, type Message, type Pass } from "./watch.ts";

/** A watch whose passes return what `next` was given, and whose pauses end then. */
function createStage(kept?: number) {
  let current: Pass["parts"] = new Map();
  let observed = 0;
  let endPause = Promise.withResolvers<void>();
  const watch = createWatch({
    observe: async () => {
      observed += 1;
      return { parts: current, pauseMs: 1 };
    },
    clock: { now: () => 0, wait: () => endPause.promise },
    ...(kept === undefined ? {} : { kept }),
  });
  return {
    watch,
    observed: () => observed,
    next(parts: Record<string, unknown>) {
      current = new Map(Object.entries(parts));
      endPause.resolve();
      endPause = Promise.withResolvers();
    },
  };
}

async function take(messages: AsyncGenerator<Message>): Promise<Message> {
  return (await messages.next()).value as Message;
}

it("sends a snapshot first, then only what changes", async () => {
  const { watch, next } = createStage();
  next({ a: 1, b: 1 });
  const messages = watch.follow(undefined, new AbortController().signal);
  expect(await take(messages)).toMatchObject({ kind: "snapshot", set: { a: 1, b: 1 } });
  next({ a: 1, b: 2, c: 3 });
  expect(await take(messages)).toMatchObject({ kind: "change", set: { b: 2, c: 3 }, removed: [] });
  next({ c: 3 });
  expect(await take(messages)).toMatchObject({ set: {}, removed: ["a", "b"] });
  watch.close();
});

it("sends a browser that reconnects what it missed", async () => {
  const { watch } = createStage();
  const messages = watch.follow(undefined, new AbortController().signal);
  const { id } = await take(messages);
  await messages.return(undefined);
  watch.publish("runs/1", "queued");
  watch.publish("runs/1", "success");
  const again = watch.follow(id, new AbortController().signal);
  expect([(await take(again)).set, (await take(again)).set]).toEqual([
    { "runs/1": "queued" },
    { "runs/1": "success" },
  ]);
  watch.close();
});

it.each([
  ["missed more than is kept", (id: string) => id],
  ["comes from an earlier start of the server", () => "0123abcd-1"],
  ["sends an id that is none", () => "x"],
])("sends a new snapshot to a browser that %s", async (_, idOf) => {
  const { watch } = createStage(2);
  const messages = watch.follow(undefined, new AbortController().signal);
  const { id } = await take(messages);
  await messages.return(undefined);
  for (const value of [1, 2, 3]) watch.publish("runs/1", value);
  const again = watch.follow(idOf(id), new AbortController().signal);
  expect(await take(again)).toMatchObject({ kind: "snapshot", set: { "runs/1": 3 } });
  watch.close();
});

it("observes once for two browsers, and not at all when nobody watches", async () => {
  const { watch, next, observed } = createStage();
  expect(observed()).toBe(0);
  next({ a: 1 });
  const browsers = [new AbortController(), new AbortController()].map((leaving) => ({
    leaving,
    messages: watch.follow(undefined, leaving.signal),
  }));
  await Promise.all(browsers.map(({ messages }) => take(messages)));
  const before = observed();
  next({ a: 2 });
  const changes = await Promise.all(browsers.map(({ messages }) => take(messages)));
  expect(changes.map(({ set }) => set)).toEqual([{ a: 2 }, { a: 2 }]);
  expect(observed()).toBe(before + 1);
  for (const { leaving, messages } of browsers) {
    leaving.abort();
    await messages.return(undefined);
  }
  const left = observed();
  next({ a: 3 });
  await new Promise((resolve) => setImmediate(resolve));
  expect(observed()).toBe(left);
  watch.close();
});

it("keeps the parts of extensions when a pass does not find them", async () => {
  const { watch, next } = createStage();
  watch.publish("runs/1", "success");
  next({ a: 1 });
  const messages = watch.follow(undefined, new AbortController().signal);
  expect((await take(messages)).set).toEqual({ "runs/1": "success", a: 1 });
  watch.close();
});
