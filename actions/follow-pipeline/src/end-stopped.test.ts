import { expect, test } from "vitest";
import { supersederOf } from "./end-stopped.ts";
import type { Execution } from "./executions.ts";

const execution = (id: string, status: Execution["status"]): Execution => ({
  id,
  status,
  revisions: new Map(),
  trigger: { type: "", detail: "" },
  stopReason: "",
});

test.each<[string, Execution[], string | undefined]>([
  [
    "the next newer one",
    [execution("3", "InProgress"), execution("2", "Succeeded"), execution("1", "Superseded")],
    "2",
  ],
  [
    "the one that took over at last",
    [execution("3", "Succeeded"), execution("2", "Superseded"), execution("1", "Superseded")],
    "3",
  ],
  ["no known execution", [execution("1", "Superseded")], undefined],
  ["none, in a history without it", [execution("9", "Succeeded")], undefined],
])("finds that the execution is superseded by %s", (_, history, id) => {
  expect(supersederOf(history, "1")?.id).toBe(id);
});
