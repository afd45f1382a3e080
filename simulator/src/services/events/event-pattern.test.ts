import { describe, expect, it } from "vitest";
import { parsePattern } from "./event-pattern.ts";

const event = {
  version: "0",
  id: "1",
  "detail-type": "ECR Image Action",
  source: "aws.ecr",
  account: "123456789012",
  resources: ["arn:a", "arn:b"],
  detail: {
    "action-type": "PUSH",
    result: "SUCCESS",
    "repository-name": "customer",
    "image-tag": "latest",
    size: 12.5,
    none: null,
    on: true,
    tags: [],
    layers: [
      { kind: "base", size: 1 },
      { kind: "app", size: 2 },
    ],
  },
};

describe("a pattern matches", () => {
  it.each<[boolean, object]>([
    [true, { source: ["aws.ecr"] }],
    [true, { source: ["aws.s3", "aws.ecr"], "detail-type": ["ECR Image Action"] }],
    [false, { source: ["aws.ecr"], "detail-type": ["ECR Image Scan"] }],
    [true, { detail: { "repository-name": ["customer"], "image-tag": ["latest"], result: ["SUCCESS"] } }],
    [false, { source: ["AWS.ECR"] }],
    [true, { resources: ["arn:b"] }],
    [false, { resources: ["arn:c"] }],
    [true, { detail: { size: [12.5], none: [null], on: [true] } }],
    [false, { detail: { size: ["12.5"] } }],
    [false, { detail: { missing: ["x"] } }],
    [false, { detail: { missing: [null] } }],
    [true, { detail: { "image-tag": [{ prefix: "lat" }] } }],
    [false, { detail: { "image-tag": [{ prefix: "LAT" }] } }],
    [true, { detail: { "image-tag": [{ "anything-but": "beta" }] } }],
    [false, { detail: { "image-tag": [{ "anything-but": ["beta", "latest"] }] } }],
    [false, { detail: { missing: [{ "anything-but": "x" }] } }],
    [true, { detail: { missing: [{ exists: false }], result: [{ exists: true }] } }],
    [true, { detail: { none: [{ exists: true }] } }],
    [false, { detail: { none: [{ exists: false }] } }],
    [false, { detail: [{ exists: true }] }],
    [true, { detail: { missing: [{ exists: false }, "x"] } }],
    [true, { detail: { absent: { deep: [{ exists: false }] } } }],
    [false, { detail: { tags: ["x"] } }],
    [true, { detail: { layers: { kind: ["app"], size: [2] } } }],
    [false, { detail: { layers: { kind: ["app"], size: [1] } } }],
  ])("%s: %j", (expected, pattern) => {
    expect(parsePattern(JSON.stringify(pattern))(event)).toBe(expected);
  });
});

describe("a pattern is refused", () => {
  it.each([
    ["{", /it is not JSON/],
    ["[]", /Filter is not an object/],
    ["{}", /Empty objects are not allowed/],
    ['{"detail":{}}', /Empty objects/],
    ['{"source":"aws.ecr"}', /"source" must be an object or an array/],
    ['{"source":[]}', /"source": Empty arrays/],
    ['{"source":[["a"]]}', /an array may not stand in an array/],
    ['{"source":[{"prefix":"a","exists":true}]}', /Only one key/],
    ['{"source":[{"prefx":"a"}]}', /Unrecognized match type prefx: the simulator knows prefix,/],
    ['{"source":[{"wildcard":"a*"}]}', /Unrecognized match type wildcard/],
    ['{"source":[{"prefix":1}]}', /prefix match pattern must be a string/],
    ['{"source":[{"exists":"yes"}]}', /true or false/],
    ['{"source":[{"anything-but":[]}]}', /anything-but takes/],
    ['{"$or":[{"source":["a"]},{"source":["b"]}]}', /does not know \$or/],
  ])("%s", (text, reason) => {
    expect(() => parsePattern(text)).toThrow(reason);
  });
});
