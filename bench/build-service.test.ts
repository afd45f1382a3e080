import { expect, it } from "vitest";
import { imageEnvironment } from "./service-process.ts";

it.each([
  ["several instructions", "FROM scratch\nENV A=1\nRUN x\nENV B=2\n", { A: "1", B: "2" }],
  ["a continued line", "ENV A=1 \\\n    B=--size=60\n", { A: "1", B: "--size=60" }],
  ["none", "FROM scratch\n", {}],
])("reads the environment of a Dockerfile with %s", (_, dockerfile, expected) =>
  expect(imageEnvironment(dockerfile)).toEqual(expected),
);
