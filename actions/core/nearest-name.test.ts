import { expect, test } from "vitest";
import { didYouMean, nearestName } from "./nearest-name.ts";

const known = ["network", "database", "load-balancer", "services"];

test.each([
  ["netwrok", "network"],
  ["Network", "network"],
  ["service", "services"],
  ["loadbalancer", "load-balancer"],
  ["cluster", undefined],
  ["x", undefined],
  ["", undefined],
])("treats %j as near to %j", (name, expected) => {
  expect(nearestName(name, known)).toBe(expected);
});

test("suggests a name after a typing error, but not for another name", () => {
  expect(didYouMean("netwrok", known)).toBe('; did you mean "network"?');
  expect(didYouMean("bucket", known)).toBe("");
});
