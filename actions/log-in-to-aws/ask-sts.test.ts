import { startTestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, expect, test } from "vitest";
import { askSts } from "./ask-sts.mjs";

const keys = {
  "aws-access-key-id": "ASIATEMPORARY",
  "aws-secret-access-key": "temp/or+ary",
  "aws-session-token": "a+to/ken==",
};
const own = { accessKeyId: "ASIATEMPORARY", secretAccessKey: "temp/or+ary", sessionToken: "a+to/ken==" };

const simulator = await startTestSimulator({ accessKeys: [own], expiredAccessKeys: ["ASIAENDED"] });
afterAll(() => simulator.close());

test.each([
  ["keys that it accepts", {}, undefined],
  ["keys of an ended session", { "aws-access-key-id": "ASIAENDED" }, "ExpiredToken"],
  ["an unknown access key", { "aws-access-key-id": "ASIAUNKNOWN" }, "InvalidClientTokenId"],
  ["a token of another session", { "aws-session-token": "another" }, "InvalidClientTokenId"],
  ["another secret key", { "aws-secret-access-key": "another" }, "SignatureDoesNotMatch"],
])("returns the refusal of STS for %s", async (_, given, code) => {
  const where = { region: "us-east-1", endpoint: simulator.clientConfig.endpoint };
  expect((await askSts({ ...keys, ...given }, where))?.code).toBe(code);
});

test.each([
  ["an endpoint that does not respond", { region: "us-east-1", endpoint: "http://127.0.0.1:9" }],
  ["an endpoint that is not an address", { region: "us-east-1", endpoint: "localhost" }],
  ["an invalid region", { region: "us/../east" }],
])("leaves %s to the official action", async (_, where) => {
  expect(await askSts(keys, where)).toBeUndefined();
});
