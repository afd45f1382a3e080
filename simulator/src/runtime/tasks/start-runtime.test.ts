import { expect, it } from "vitest";
import { warningForRoot } from "./start-runtime.ts";

it("warns only root of the rights that tasks have, and only when they are processes", () => {
  expect(warningForRoot("process", 0)).toMatch(/^tasks run with the rights of root: .*--runtime docker$/);
  expect(warningForRoot("docker", 0)).toBeUndefined();
  expect(warningForRoot("process", 1000)).toBeUndefined();
  expect(warningForRoot("process", undefined)).toBe(warningForRoot("process", process.getuid?.()));
});
