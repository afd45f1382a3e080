import { expect, test } from "vitest";
import { scaleTimes } from "./counting-proxy.ts";

const time = { epoch: 1_795_000_000_000, scale: 30 };

test.each([
  ["later", '{"createTime":1795000002.5,"n":1}', '{"createTime":1795000075,"n":1}'],
  ["earlier", '{"createdAt":1794999999}', '{"createdAt":1794999970}'],
  ["no time", '{"count":1234567890,"text":"1795000002"}', '{"count":1234567890,"text":"1795000002"}'],
])("converts a number that is a time (%s) in a response to the action's clock", (_, answer, expected) =>
  expect(scaleTimes(answer, time)).toBe(expected),
);
