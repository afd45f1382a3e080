import { expect, test } from "vitest";
import { readRollbackInputs } from "./inputs.ts";

const read = (given: Record<string, string>) => {
  const all: Record<string, string> = { cluster: "c", service: "web", ...given };
  return readRollbackInputs((name) => all[name] ?? "");
};

test.each<[string, unknown]>([
  ["", "last-good"],
  ["active", "active"],
  ["previous-revision", "previous-revision"],
  ["7", { number: 7 }],
  ["web:7", { revision: "web:7" }],
  [
    "arn:aws:ecs:eu-west-1:1:task-definition/web:7",
    { revision: "arn:aws:ecs:eu-west-1:1:task-definition/web:7" },
  ],
])('accepts to: "%s"', (to, expected) => {
  expect(read({ to }).to).toEqual(expected);
});

test.each(["web", "latest", "last_good", "web:", "web:x"])(
  'refuses to: "%s" with the allowed values',
  (to) => {
    expect(() => read({ to })).toThrow(
      `Input to is "${to}"; allowed: last-good, active, previous-revision, a revision's number, family:revision or a task definition ARN`,
    );
  },
);

test("leaves a rollback to AWS when the job is cancelled, unless configured otherwise", () => {
  expect(read({}).onCancel).toBe("leave");
  expect(read({ "on-cancel": "rollback" }).onCancel).toBe("rollback");
});
