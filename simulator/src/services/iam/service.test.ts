import { describe, expect, it } from "vitest";
import { callsOf, codeOf } from "../../kit/calls.support.ts";
import { evaluateCondition } from "./conditions.ts";
import { iam as definition } from "./service.ts";

const iam = () => callsOf(definition.create);

const policy = (statement: object, version = "2012-10-17") =>
  JSON.stringify({ Version: version, Statement: [statement] });
const trust = policy({
  Effect: "Allow",
  Principal: { Service: "ecs-tasks.amazonaws.com" },
  Action: "sts:AssumeRole",
});
const role = { RoleName: "DeployRole", AssumeRolePolicyDocument: trust };
const allowed = { Effect: "Allow", Action: "logs:PutLogEvents", Resource: "*" };

describe("policy documents", () => {
  it.each([
    [policy(allowed), "no error"],
    [policy({ ...allowed, Resource: ["arn:aws:s3:::bucket/*", "*"], Condition: {} }), "no error"],
    [policy({ ...allowed, Effect: "Permit" }), "MalformedPolicyDocumentException"],
    [policy({ ...allowed, Action: undefined }), "MalformedPolicyDocumentException"],
    [policy({ ...allowed, Action: "PutLogEvents" }), "MalformedPolicyDocumentException"],
    [policy({ ...allowed, Resource: undefined }), "MalformedPolicyDocumentException"],
    [policy({ ...allowed, Resource: "bucket" }), "MalformedPolicyDocumentException"],
    [policy({ ...allowed, Principal: "*" }), "MalformedPolicyDocumentException"],
    [policy({ ...allowed, Actoin: "*" }), "MalformedPolicyDocumentException"],
    [policy(allowed, "2012-10-18"), "MalformedPolicyDocumentException"],
    ["{}", "MalformedPolicyDocumentException"],
    ["{", "MalformedPolicyDocumentException"],
  ])("%s: %s", async (PolicyDocument, code) => {
    const call = await iam();
    call("createRole", role);
    const put = { RoleName: role.RoleName, PolicyName: "a", PolicyDocument };
    expect(codeOf(() => call("putRolePolicy", put))).toBe(code);
  });

  it.each([
    [trust, "no error"],
    [policy({ Effect: "Allow", Action: "sts:AssumeRole" }), "MalformedPolicyDocumentException"],
    [
      policy({ Effect: "Allow", Principal: { User: "a" }, Action: "sts:*" }),
      "MalformedPolicyDocumentException",
    ],
    [
      policy({ Effect: "Allow", Principal: "*", Action: "sts:AssumeRole", Resource: "*" }),
      "MalformedPolicyDocumentException",
    ],
  ])("of a trust policy %s: %s", async (AssumeRolePolicyDocument, code) => {
    const call = await iam();
    expect(codeOf(() => call("createRole", { ...role, AssumeRolePolicyDocument }))).toBe(code);
  });
});

describe("roles", () => {
  it("return their trust policy percent-encoded", async () => {
    const call = await iam();
    expect(call("createRole", role).Role).toMatchObject({ MaxSessionDuration: undefined });
    const { Role } = call("getRole", { RoleName: "DeployRole" });
    expect(Role.MaxSessionDuration).toBe(3600);
    expect(Role.Arn).toBe("arn:aws:iam::123456789012:role/DeployRole");
    expect(decodeURIComponent(Role.AssumeRolePolicyDocument)).toBe(trust);
    expect(Role.AssumeRolePolicyDocument).toMatch(/^[\w.~%-]+$/);
  });

  it("are deleted only without policies", async () => {
    const call = await iam();
    const managed = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy";
    const { RoleName } = role;
    const steps: [string, object, string][] = [
      ["createRole", role, "no error"],
      ["createRole", role, "EntityAlreadyExistsException"],
      ["attachRolePolicy", { RoleName, PolicyArn: managed }, "no error"],
      ["putRolePolicy", { RoleName, PolicyName: "a", PolicyDocument: policy(allowed) }, "no error"],
      ["attachRolePolicy", { RoleName, PolicyArn: `${managed}s` }, "NoSuchEntityException"],
      ["deleteRole", { RoleName }, "DeleteConflictException"],
      ["detachRolePolicy", { RoleName, PolicyArn: managed }, "no error"],
      ["detachRolePolicy", { RoleName, PolicyArn: managed }, "NoSuchEntityException"],
      ["deleteRole", { RoleName }, "DeleteConflictException"],
      ["deleteRolePolicy", { RoleName, PolicyName: "a" }, "no error"],
      ["getRolePolicy", { RoleName, PolicyName: "a" }, "NoSuchEntityException"],
      ["deleteRole", { RoleName }, "no error"],
      ["getRole", { RoleName }, "NoSuchEntityException"],
    ];
    expect(steps.map(([name, input]) => [name, input, codeOf(() => call(name, input))])).toEqual(steps);
  });

  it("are listed page by page", async () => {
    const call = await iam();
    for (const name of ["c", "a", "b"]) call("createRole", { ...role, RoleName: name });
    const first = call("listRoles", { MaxItems: 2 });
    const rest = call("listRoles", { Marker: first.Marker });
    const names = [...first.Roles, ...rest.Roles].map(({ RoleName }: { RoleName: string }) => RoleName);
    expect([names, first.IsTruncated, rest.IsTruncated]).toEqual([["a", "b", "c"], true, false]);
  });

  it("of a service are created once", async () => {
    const call = await iam();
    const ecs = { AWSServiceName: "ecs.amazonaws.com" };
    expect(call("createServiceLinkedRole", ecs).Role.Path).toBe("/aws-service-role/ecs.amazonaws.com/");
    expect(codeOf(() => call("createServiceLinkedRole", ecs))).toBe("InvalidInputException");
    expect(() => call("createServiceLinkedRole", { AWSServiceName: "x.amazonaws.com" })).toThrow(/x\.amazon/);
  });
});

const values: Record<string, string[]> = {
  ...{ "p:sub": ["repo:a/b"], "p:ref": [], "p:amr": ["x", "y"] },
  ...{ "p:arn": ["arn:aws:ecs:us-east-1:1:service/main/web"], "p:number": ["20"], "p:yes": ["true"] },
  ...{ "p:time": ["2026-01-02T03:04:05Z"], "p:ip": ["203.0.113.7"] },
};
const holds = (condition: unknown) => evaluateCondition(condition, (key) => values[key.toLowerCase()]).holds;

/** Source: "Condition operators" and "Multivalued context keys", IAM user guide. */
it.each<[string, object, boolean]>([
  ["StringEquals", { "P:Sub": ["x", "repo:a/b"] }, true],
  ["StringEquals", { "p:sub": "repo:a/*" }, false],
  ["StringEquals", { "p:sub": "Repo:a/b" }, false],
  ["StringEquals", { "p:sub": "repo:a/b", "p:amr": "z" }, false],
  ["StringEquals", { "p:ref": "" }, false],
  ["StringLike", { "p:sub": "repo:?/*" }, true],
  ["StringLike", { "p:sub": "repo:*:x" }, false],
  ["StringNotEquals", { "p:sub": ["x", "repo:a/b"] }, false],
  ["StringNotEquals", { "p:ref": "main" }, true],
  ["StringEqualsIfExists", { "p:ref": "main" }, true],
  ["ForAnyValue:StringEquals", { "p:amr": ["y", "z"] }, true],
  ["ForAnyValue:StringEquals", { "p:ref": "main" }, false],
  ["ForAllValues:StringLike", { "p:amr": ["x", "z"] }, false],
  ["ForAllValues:StringLike", { "p:ref": "main" }, true],
  ["Null", { "p:ref": true }, true],
  ["Null", { "p:sub": "true" }, false],
  ["StringEqualsIgnoreCase", { "p:sub": "Repo:A/b" }, true],
  ["StringNotEqualsIgnoreCase", { "p:sub": "Repo:A/b" }, false],
  ["ArnLike", { "p:arn": "arn:aws:ecs:*:1:service/main/*" }, true],
  ["ArnEquals", { "p:arn": "arn:aws:*:service/main/web" }, false],
  ["ArnNotLike", { "p:arn": "arn:aws:ecs:*:2:service/*" }, true],
  ["ArnLike", { "p:sub": "*" }, false],
  ["Bool", { "p:yes": true }, true],
  ["Bool", { "p:ref": "false" }, false],
  ["BoolIfExists", { "p:ref": "false" }, true],
  ["NumericLessThanEquals", { "p:number": "20" }, true],
  ["NumericLessThan", { "p:number": "20" }, false],
  ["NumericGreaterThan", { "p:sub": "1" }, false],
  ["DateGreaterThan", { "p:time": "2026-01-02T03:04:04Z" }, true],
  ["DateLessThan", { "p:time": "1767323045" }, false],
  ["IpAddress", { "p:ip": ["198.51.100.0/24", "203.0.113.0/24"] }, true],
  ["IpAddress", { "p:ip": "203.0.113.8" }, false],
  ["NotIpAddress", { "p:ip": "2001:db8::/32" }, true],
  // One test that fails decides, whatever the unknown one is.
  ["StringEquals", { "p:sub": "x", "p:other": "x" }, false],
])("%s %j: %s", (operator, tests, expected) => {
  expect(holds({ [operator]: tests })).toBe(expected);
});

it.each([
  [{ StringEquals: "x" }],
  [{ StringEquals: null }],
  [{ BinaryEquals: { "p:sub": "x" } }],
  [{ StringEquals: { "p:other": "x" } }],
])("%j is not evaluated", (condition) => expect(holds(condition)).toBeUndefined());
