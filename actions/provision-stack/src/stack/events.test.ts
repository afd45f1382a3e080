import type { StackEvent } from "@aws-sdk/client-cloudformation";
import { expect, test } from "vitest";
import { durationOf, firstFailure } from "./events.ts";

const event = (second: number, id: string, status: string, reason?: string): StackEvent => ({
  StackId: "s",
  EventId: `${second}-${id}`,
  StackName: "s",
  Timestamp: new Date(second * 1_000),
  LogicalResourceId: id,
  ResourceStatus: status as "CREATE_FAILED",
  ...(reason ? { ResourceStatusReason: reason } : {}),
});

test("names the resource that failed on its own, not those cancelled with it", () => {
  const events = [
    event(0, "A", "CREATE_IN_PROGRESS"),
    event(1, "B", "CREATE_FAILED", "Resource creation cancelled"),
    event(1, "A", "CREATE_FAILED", "The subnet does not exist"),
  ];
  expect(firstFailure(events)?.ResourceStatusReason).toBe("The subnet does not exist");
});

test("counts a resource's time from its beginning, not from the second in-progress event", () => {
  const events = [
    event(1, "A", "CREATE_IN_PROGRESS"),
    event(3, "A", "CREATE_IN_PROGRESS", "Resource creation Initiated"),
    event(8, "A", "CREATE_COMPLETE"),
  ];
  expect(durationOf(events[2] as StackEvent, events)).toBe(7_000);
});
