import { expect, test } from "vitest";
import { explainAwsError, isTransient } from "./aws-errors.ts";

const sdkError = (name: string, message = "m") => Object.assign(new Error(message), { name, $metadata: {} });

test.each<[Error, RegExp]>([
  [Object.assign(new Error("x"), { name: "CredentialsProviderError" }), /No AWS credentials were found/],
  [sdkError("ExpiredTokenException"), /credentials have expired/],
  [sdkError("InvalidClientTokenId"), /refused the credentials/],
  [sdkError("AccessDeniedException", "not authorized to perform: ecs:X"), /may not do this: .*ecs:X/],
  [sdkError("ThrottlingException"), /throttled/],
  [Object.assign(new Error("connect 127.0.0.1:1"), { code: "ECONNREFUSED" }), /endpoint cannot be reached/],
  [
    new AggregateError([Object.assign(new Error("connect ::1"), { code: "ECONNREFUSED" })]),
    /endpoint cannot be reached \(connect ::1\)/,
  ],
  [new Error("Region is missing"), /^No AWS region is set$/],
  [new Error('Region not accepted: region="" is not a valid hostname component.'), /^No AWS region is set$/],
  [
    new Error('Region not accepted: region="us east" is not a valid hostname component.'),
    /^"us east" is not an AWS region$/,
  ],
  [sdkError("ClusterNotFoundException", "Cluster not found."), /AWS returned ClusterNotFoundException/],
])("turns %s into one sentence", (error, message) => {
  expect(explainAwsError(error)?.message).toMatch(message);
});

test("leaves our own errors as they are", () => {
  expect(explainAwsError(new TypeError("x is not a function"))).toBeUndefined();
});

test.each([
  [499, false],
  [500, true],
  [503, true],
])("takes an error with HTTP status %i for an outage: %s", (httpStatusCode, expected) => {
  expect(isTransient(Object.assign(new Error("x"), { $metadata: { httpStatusCode } }))).toBe(expected);
});
