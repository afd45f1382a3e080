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
])("%j is near to %j", (name, expected) => {
  expect(nearestName(name, known)).toBe(expected);
});

test("a slip of the keys is asked about, another name is not", () => {
  expect(didYouMean("netwrok", known)).toBe('; did you mean "network"?');
  expect(didYouMean("bucket", known)).toBe("");
});
