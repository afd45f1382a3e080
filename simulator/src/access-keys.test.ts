import { expect, it } from "vitest";
import { createAccessKeys, readAccessKeys } from "./access-keys.ts";

const key = { accessKeyId: "ASIAKEY", secretAccessKey: "secret", sessionToken: "token" };

it("keys are read from a variable, which may be missing", () => {
  expect(readAccessKeys(JSON.stringify([key]))).toEqual([key]);
  expect(readAccessKeys(undefined)).toEqual([]);
});

it.each([
  "{",
  "{}",
  '["secret"]',
  '[{"accessKeyId":"a"}]',
  '[{"accessKeyId":"a","secretAccessKey":"s","x":1}]',
])("%s is refused, without showing any part of it", (text) => {
  const read = () => readAccessKeys(text);
  expect(read).toThrow(
    /^SIMULATOR_ACCESS_KEYS is not a JSON list of objects with accessKeyId, secretAccessKey/,
  );
});

it("an expired key is still recognized", () => {
  expect(createAccessKeys([key], ["ASIAKEY", "ASIAOTHER"]).get("ASIAKEY")?.expiration).toEqual(new Date(0));
});
