import { expect, it } from "vitest";
import type { ConditionKeys } from "../services/iam/conditions.ts";
import cases from "./evaluate.json" with { type: "json" };
import { compilePolicy, evaluate } from "./evaluate.ts";
import { unknownPart } from "./permissions.ts";

const values: Record<string, string[]> = {
  "aws:requestedregion": ["us-east-1"],
  "s3:prefix": [],
  "aws:username": [],
  "aws:principaltag/own": ["artifacts"],
  "aws:principaltag/any": ["*"],
};
const keys: ConditionKeys = (key) => values[key.toLowerCase()];
const requester = {
  arn: "arn:aws:sts::123456789012:assumed-role/deploy/session",
  roleArn: "arn:aws:iam::123456789012:role/deploy",
  accountId: "123456789012",
  keys,
};

interface Case {
  readonly that: string;
  readonly version?: string;
  readonly identity?: object[];
  readonly boundary?: object[];
  /** The resource's own policy. */
  readonly resource?: object[];
  readonly requested?: string;
  readonly expected: string;
}

const compile = (Statement: object[], Version = "2012-10-17") =>
  compilePolicy(JSON.stringify({ Version, Statement }));

/** Source: "Policy evaluation logic", and the pages of the elements of a policy, IAM user guide. */
it.each<Case>(cases)(
  "$that: $expected",
  ({ version, identity = [], boundary, resource, requested, expected }) => {
    const policies = {
      identity: compile(identity, version),
      boundary: boundary && compile(boundary),
      resource: resource && compile(resource),
    };
    const request = {
      action: "s3:GetObject",
      resource: requested?.replace("{unknown}", unknownPart) ?? "arn:aws:s3:::artifacts/web.zip",
    };
    const { outcome, ...rest } = evaluate(policies, request, requester);
    expect([outcome, ...Object.values(rest)].join(": ")).toBe(expected);
  },
);
