import { describe, expect, it } from "vitest";
import type { ConditionKeys } from "../services/iam/conditions.ts";
import { compilePolicy, evaluate } from "./evaluate.ts";
import { unknownPart } from "./permissions.ts";

const roleArn = "arn:aws:iam::123456789012:role/deploy";
const arn = "arn:aws:sts::123456789012:assumed-role/deploy/session";
const account = "arn:aws:iam::123456789012:root";
const resource = "arn:aws:s3:::artifacts/web.zip";
const values: Record<string, string[]> = { "aws:requestedregion": ["us-east-1"], "s3:prefix": [] };
const keys: ConditionKeys = (key) => values[key.toLowerCase()];

const allow = (statement: object = {}) => ({
  Effect: "Allow",
  Action: "s3:GetObject",
  Resource: "*",
  ...statement,
});
const deny = (statement: object = {}) => allow({ Effect: "Deny", ...statement });
const of = (principal: unknown) => allow({ Principal: principal });
const compile = (statements: object[]) =>
  compilePolicy(JSON.stringify({ Version: "2012-10-17", Statement: statements }));

interface Case {
  readonly identity?: object[];
  readonly boundary?: object[];
  readonly resource?: object[];
}

const decide = ({ identity = [], boundary, resource: own }: Case, requested = resource) => {
  const policies = {
    identity: compile(identity),
    boundary: boundary && compile(boundary),
    resource: own && compile(own),
  };
  const request = { action: "s3:GetObject", resource: requested };
  const { outcome, ...rest } = evaluate(policies, request, { arn, roleArn, accountId: "123456789012", keys });
  return [outcome, ...Object.values(rest)].join(": ");
};

const noIdentity = "denied: because no identity-based policy allows the s3:GetObject action";
const noBoundary = "denied: because no permissions boundary allows the s3:GetObject action";
const explicit = (kind: string) => `denied: with an explicit deny in ${kind}`;
const byIdentity = explicit("an identity-based policy");

describe("an identity policy", () => {
  it.each<[string, object[], string]>([
    ["without statements", [], noIdentity],
    ["for the action", [allow()], "allowed"],
    ["for the action in other letters", [allow({ Action: "S3:getobject" })], "allowed"],
    ["for another action", [allow({ Action: "s3:GetObjectVersion" })], noIdentity],
    ["with a wildcard", [allow({ Action: ["ecs:*", "s3:Get?bject"] })], "allowed"],
    ["for all actions but this", [allow({ Action: undefined, NotAction: ["s3:Get*"] })], noIdentity],
    ["for all actions but another", [allow({ Action: undefined, NotAction: "s3:PutObject" })], "allowed"],
    ["for the resource", [allow({ Resource: ["arn:aws:s3:::x", "arn:aws:s3:::artifacts/*"] })], "allowed"],
    ["for another resource", [allow({ Resource: "arn:aws:s3:::artifacts" })], noIdentity],
    ["for all resources but this", [allow({ Resource: undefined, NotResource: resource })], noIdentity],
    [
      "for all resources but another",
      [allow({ Resource: undefined, NotResource: "arn:aws:s3:::x" })],
      "allowed",
    ],
    ["that also denies", [allow(), deny()], byIdentity],
    ["that denies another resource", [allow(), deny({ Resource: "arn:aws:s3:::other/*" })], "allowed"],
    [
      "with a condition",
      [allow({ Condition: { StringEquals: { "aws:RequestedRegion": "us-east-1" } } })],
      "allowed",
    ],
    [
      "with another",
      [allow({ Condition: { StringEquals: { "aws:RequestedRegion": "eu-west-1" } } })],
      noIdentity,
    ],
    [
      "that denies elsewhere",
      [allow(), deny({ Condition: { StringNotEquals: { "aws:RequestedRegion": "us-east-1" } } })],
      "allowed",
    ],
    ["with an absent key", [allow({ Condition: { StringLike: { "s3:prefix": "*" } } })], noIdentity],
  ])("%s", (_, identity, expected) => expect(decide({ identity })).toBe(expected));
});

/** Source: "Policy evaluation for requests within a single account", IAM user guide. */
describe("together", () => {
  it.each<[string, Case, string]>([
    [
      "a boundary without the action",
      { identity: [allow()], boundary: [allow({ Action: "s3:Put*" })] },
      noBoundary,
    ],
    ["a boundary with the action", { identity: [allow()], boundary: [allow()] }, "allowed"],
    ["a boundary alone", { boundary: [allow()] }, noIdentity],
    [
      "a boundary that denies",
      { identity: [allow()], boundary: [allow(), deny()] },
      explicit("a permissions boundary"),
    ],
    ["a resource's policy for the role", { resource: [of({ AWS: roleArn })] }, "allowed"],
    [
      "for the role, with a boundary",
      { resource: [of({ AWS: roleArn })], boundary: [allow({ Action: "ecs:*" })] },
      noBoundary,
    ],
    [
      "for the session, with a boundary",
      { resource: [of({ AWS: arn })], boundary: [allow({ Action: "ecs:*" })] },
      "allowed",
    ],
    ["for everybody", { resource: [of("*")] }, "allowed"],
    ["for the account", { resource: [of({ AWS: account })] }, noIdentity],
    ["for the account, with a policy", { identity: [allow()], resource: [of({ AWS: account })] }, "allowed"],
    ["for another role", { resource: [of({ AWS: `${roleArn}2` })] }, noIdentity],
    ["for a service", { resource: [of({ Service: "ecs-tasks.amazonaws.com" })] }, noIdentity],
    [
      "that denies the account",
      { identity: [allow()], resource: [deny({ Principal: { AWS: account } })] },
      explicit("a resource-based policy"),
    ],
    [
      "that denies another role",
      { identity: [allow()], resource: [deny({ Principal: { AWS: `${roleArn}2` } })] },
      "allowed",
    ],
  ])("%s", (_, policies, expected) => expect(decide(policies)).toBe(expected));
});

describe("what has no source is not checked, unless the rest decides:", () => {
  const odd = { Condition: { StringEquals: { "aws:SourceVpc": "vpc-1" } } };
  const key = "not checked: the condition key aws:SourceVpc";
  const variable = "arn:aws:s3:::$\u007baws:username}/*";
  it.each<[string, Case, string]>([
    ["a key of the only permission", { identity: [allow(odd)] }, key],
    ["a key of one of two permissions", { identity: [allow(odd), allow()] }, "allowed"],
    ["a key of a denial", { identity: [allow(), deny(odd)] }, key],
    ["a key of a denial of what nothing allows", { identity: [deny(odd)] }, noIdentity],
    ["a key next to a certain denial", { identity: [allow(odd), deny()] }, byIdentity],
    ["a key of the boundary", { identity: [allow()], boundary: [allow(odd)] }, key],
    [
      "a policy variable",
      { identity: [allow({ Resource: variable })] },
      `not checked: the policy variable in "${variable}"`,
    ],
    [
      "NotPrincipal",
      { identity: [allow()], resource: [deny({ NotPrincipal: { AWS: arn } })] },
      "not checked: the element NotPrincipal",
    ],
  ])("%s", (_, policies, expected) => expect(decide(policies)).toBe(expected));

  const partly = `arn:aws:s3:::artifacts/${unknownPart}`;
  it.each<[string, string]>([
    ["*", "allowed"],
    ["arn:aws:s3:::artifacts/*", "allowed"],
    ["arn:aws:s3:::artifacts/web.zip", "not checked: the resource of s3:GetObject"],
    ["arn:aws:s3:::art*/web.zip", "not checked: the resource of s3:GetObject"],
    ["arn:aws:s3:::other/*", noIdentity],
  ])("an unknown part of the resource, with a policy for %s", (Resource, expected) =>
    expect(decide({ identity: [allow({ Resource })] }, partly)).toBe(expected),
  );
});
