import { expect, test } from "vitest";
import { readFollowInputs } from "./inputs.ts";

const digest = `sha256:${"0a".repeat(32)}`;
const commit = "0a".repeat(20);
const given = (inputs: Record<string, string>) => (name: string) =>
  ({ pipeline: "update-web", image: digest, ...inputs })[name] ?? "";

test("defaults to the careful choices", () => {
  expect(readFollowInputs(given({}))).toEqual({
    pipeline: "update-web",
    target: { commit: undefined, image: { digest, repository: undefined } },
    start: "if-missing",
    onCancel: "leave",
    maxFailedTasks: 3,
  });
});

test.each<[Record<string, string>, object]>([
  [
    { image: `123456789012.dkr.ecr.eu-west-3.amazonaws.com/shop/web@${digest}` },
    { commit: undefined, image: { digest, repository: "shop/web" } },
  ],
  [
    { image: `127.0.0.1:4566/web@${digest}`, commit },
    { commit, image: { digest, repository: "web" } },
  ],
  [
    { image: "", commit },
    { commit, image: undefined },
  ],
  [
    { image: "", start: "always" },
    { commit: undefined, image: undefined },
  ],
])("accepts the inputs %j to identify what to follow", (inputs, target) => {
  expect(readFollowInputs(given(inputs)).target).toEqual(target);
});

test.each<[Record<string, string>, string]>([
  [{ pipeline: "" }, "Input pipeline is required"],
  [{ image: "" }, "Input commit or image is required, unless start is always"],
  [{ image: "web:latest" }, "expected an image digest"],
  [{ image: `web@${digest}` }, "expected an image digest"],
  [{ commit: "0a1b2c3" }, "expected a commit of 40 hexadecimal digits"],
  [{ start: "yes" }, "allowed: if-missing, never, always"],
  [{ "on-cancel": "kill" }, "allowed: leave, stop, abandon, rollback"],
  [{ "settle-for": "soon" }, "or 0 for none"],
  [{ pipeline: "", image: "web" }, "2 inputs are wrong"],
])("refuses the inputs %j", (inputs, message) => {
  expect(() => readFollowInputs(given(inputs))).toThrow(message);
});
