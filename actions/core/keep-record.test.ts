import { expect, test } from "vitest";
import { keepRecord, StepRecord } from "./define-action.ts";
import { Failure } from "./failure.ts";

type Kept = StepRecord<"succeeded" | "stopped">;

/** Does `work` in a step that takes 90 s from second 1 on, and returns everything it shows. */
async function run(work: (record: Kept) => void, signal = new AbortController().signal) {
  const [lines, published]: [string[], Kept[]] = [[], []];
  const log = { info: (line: string) => void lines.push(line), notice: () => {}, warning: () => {} };
  let now = 1_000;
  const clock = { now: () => now, wait: async () => {} };
  const action = {
    record: (): Kept => new StepRecord(),
    run: async (_context: object, _inputs: object, record: Kept) => {
      now += 90_000;
      work(record);
    },
    publish: async (kept: Kept) => void published.push({ ...kept }),
    outcome: ({ status }: Kept) => `web ${status}`,
  };
  const error = await keepRecord(action, { clock, log, signal }, {}).then(
    () => undefined,
    (thrown: Error) => thrown.message,
  );
  return { error, lines, published };
}

const times = { startedAt: 1_000, durationMs: 90_000 };

test("publishes and reports a green end once", async () => {
  const end = await run((record) => {
    record.status = "succeeded";
  });
  expect(end).toEqual({
    error: undefined,
    lines: ["web succeeded after 1 min 30 s."],
    published: [{ status: "succeeded", cause: "", fix: "", ...times }],
  });
});

test.each<[string, Partial<Kept>, AbortSignal | undefined, Partial<Kept>]>([
  ["fails", {}, undefined, { status: "failed", cause: "no such service" }],
  ["fails while it is cancelled", {}, AbortSignal.abort(), { status: "cancelled", cause: "no such service" }],
  [
    "has reported why before",
    { status: "stopped", cause: "by hand" },
    undefined,
    { status: "stopped", cause: "by hand" },
  ],
])("publishes work that %s before it throws", async (_, before, signal, seen) => {
  const end = await run((record) => {
    Object.assign(record, before);
    throw new Failure("no such service", { nextStep: "create it." });
  }, signal);
  expect(end).toEqual({
    error: "no such service",
    lines: [],
    published: [{ ...seen, fix: "create it.", ...times }],
  });
});
