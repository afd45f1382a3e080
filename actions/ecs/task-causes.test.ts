import { expect, test } from "vitest";
import reasons from "./stop-reasons.json" with { type: "json" };
import { causeOfReason, eventLines } from "./task-causes.ts";

const at = (second: number) => new Date(Date.UTC(2026, 10, 27, 12, 3, second));

test("shows events with their time, oldest first, with short names", () => {
  const arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web-two/57119ff464c2f28a";
  expect(
    eventLines([
      { createdAt: at(9), message: "(service web) has reached a steady state." },
      {
        createdAt: at(7),
        message: `(service web, taskSet ecs-svc/8036321863623498469) registered 1 targets in (target-group ${arn})`,
      },
      {
        createdAt: at(7),
        message:
          "(service web, taskSet ecs-svc/8036321863623498469) has started 1 tasks: (task e60cd75c5596f348fdc5a83d56fc76ee).",
      },
    ]),
  ).toEqual([
    "12:03:07  has started 1 tasks: (task e60cd75c).",
    "12:03:07  registered 1 targets in (target-group web-two)",
    "12:03:09  has reached a steady state.",
  ]);
});

test.each(reasons)("explains a task that did not start ($source): $cause", ({ text, cause, fix }) => {
  const found = causeOfReason("web", text);
  expect(found?.text.slice(0, cause.length)).toBe(cause);
  expect(found?.nextStep).toContain(fix);
});
