import { expect, it } from "vitest";
import { exportLines } from "./shell-lines.ts";

it.each([
  [
    { AWS_REGION: "eu-west-3", AWS_ACCESS_KEY_ID: "AKIA" },
    [
      "unset AWS_SESSION_TOKEN AWS_PROFILE AWS_DEFAULT_PROFILE",
      "export AWS_DEFAULT_REGION=eu-west-3",
      "export AWS_REGION=eu-west-3",
      "export AWS_ACCESS_KEY_ID=AKIA",
    ],
  ],
  [
    { AWS_REGION: "us-east-1", AWS_SESSION_TOKEN: "a+b/c==", NOTE: "it's $HOME" },
    [
      "unset AWS_PROFILE AWS_DEFAULT_PROFILE",
      "export AWS_DEFAULT_REGION=us-east-1",
      "export AWS_REGION=us-east-1",
      "export AWS_SESSION_TOKEN=a+b/c==",
      "export NOTE='it'\\''s $HOME'",
    ],
  ],
])("lines for a shell: %j", (variables, lines) => {
  expect(exportLines(variables)).toEqual(lines);
});
