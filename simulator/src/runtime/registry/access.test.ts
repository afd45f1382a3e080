import { afterEach, beforeEach, expect, it } from "vitest";
import { errorOf, startTestRegistry, type TestRegistry, testCaller } from "./test-registry.support.ts";

let test: TestRegistry;
beforeEach(async () => {
  test = await startTestRegistry();
});
afterEach(() => test.close());

const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString("base64")}` });

it.each([
  ["no credentials", undefined],
  ["another user", basic("root:secret")],
  ["an invented token", basic("AWS:e30.AAAA")],
])("challenges %s", async (_, headers) => {
  const response = await fetch(`http://${test.host}/v2/`, headers && { headers });
  expect(response.status).toBe(401);
  expect(response.headers.get("www-authenticate")).toBe(
    `Basic realm="http://${test.host}/",service="ecr.amazonaws.com"`,
  );
});

it("refuses an expired token with the next step", async () => {
  const headers = basic(`AWS:${test.registry.issueToken(new Date(Date.now() - 1))}`);
  expect(await errorOf(await test.call("GET", "/v2/", { headers }))).toEqual({
    status: 403,
    code: "DENIED",
    message: "Your authorization token has expired. Reauthenticate and try again.",
  });
});

it("accepts ECR's token", async () => {
  const answer = await test.ecr.getAuthorizationToken?.({}, testCaller);
  const data = answer?.authorizationData?.[0];
  const authorization = `Basic ${data?.authorizationToken}`;
  const response = await fetch(`${data?.proxyEndpoint}/v2/`, { headers: { authorization } });
  expect(response.status).toBe(200);
  expect(response.headers.get("docker-distribution-api-version")).toBe("registry/2.0");
});

it.each([
  ["GET", "/v2/_catalog", 404],
  ["GET", "/v2/customer/tags", 404],
  ["PATCH", "/v2/customer/nonsense/x", 404],
  ["GET", "/v2/customer/manifests/%E0%A4%A", 400],
])("has no %s %s", async (method, path, status) => {
  expect(await errorOf(await test.call(method, path))).toMatchObject({ status, code: "UNSUPPORTED" });
});

it.each([
  ["GET", "manifests/v1"],
  ["GET", `blobs/sha256:${"0".repeat(64)}`],
  ["POST", "blobs/uploads/"],
  ["GET", "tags/list"],
])("does not know the repository of %s %s", async (method, rest) => {
  expect(await errorOf(await test.call(method, `/v2/some/nobody/${rest}`))).toEqual({
    status: 404,
    code: "NAME_UNKNOWN",
    message: "The repository with name 'some/nobody' does not exist in the registry with id '123456789012'",
  });
});
