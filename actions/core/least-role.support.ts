import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compilePolicy, evaluate } from "@ecs-delivery/simulator/permissions/evaluate";
import type { TestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { parse } from "yaml";
import { type InputTexts, isNeeded, leastPolicy, type Policy, permissionsOf } from "./permissions.ts";

/** The part of a simulator that makes a role. */
export type Account = Pick<TestSimulator, "aws" | "observeCalls">;

/** Names that only a run knows: the policy is limited to the account, the region and the kinds of resources. */
const names = { account: ["123456789012"], region: ["us-east-1"] };

/**
 * Signs a step in by a role that may do what `permissions.json` lists for its inputs, and nothing else. Its calls are
 * decided in every mode of the simulator.
 */
export async function signIn(action: string, given: InputTexts, { aws, observeCalls }: Account) {
  const file = readFileSync(join(import.meta.dirname, "..", action, "action.yml"), "utf8");
  const { inputs: declared = {} } = parse(file) as { inputs?: Record<string, { default?: string }> };
  const defaults = Object.entries(declared).map(([name, { default: text = "" }]) => [name, text]);
  const inputs = { ...Object.fromEntries(defaults), ...given, codedeploy: "*", ecs: "*", tags: "*" };
  const { policy } = leastPolicy([{ action, inputs, names }]);
  const RoleName = `least-${randomUUID()}`;
  await aws.iam.createRole({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) });
  const document = action === "provision-stack" ? withResources(policy) : policy;
  if (document.Statement.length > 0)
    await aws.iam.putRolePolicy({ RoleName, PolicyName: action, PolicyDocument: JSON.stringify(document) });
  const optional = permissionsOf(action).flatMap((row) => (row.optional ? row.actions.split(" ") : []));
  const problems = new Set<string>();
  const used = new Set<string>();
  observeCalls(RoleName, (requester, requests) => {
    for (const { action: name } of requests) used.add(name);
    for (const request of requests.filter((each) => !optional.includes(each.action))) {
      const decide = (statements: object) =>
        evaluate({ identity: compilePolicy(JSON.stringify(statements)) }, request, requester);
      const name = `${request.action} on ${request.resource}`;
      if (decide(document).outcome === "denied") problems.add(`${name} is not in the policy`);
      else if (!isDenied(decide(without(document, request.action)), request.action))
        problems.add(`${name} is allowed without its permission`);
    }
  });
  const role = `arn:aws:iam::123456789012:role/${RoleName}`;
  const { Credentials } = await aws.sts.assumeRole({ RoleArn: role, RoleSessionName: action });
  return {
    keys: {
      AWS_ACCESS_KEY_ID: Credentials?.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: Credentials?.SecretAccessKey,
      AWS_SESSION_TOKEN: Credentials?.SessionToken,
    },
    /** Permissions that the step did not use, and whose rows give no reason for them. */
    unexplained(): string[] {
      const rows = permissionsOf(action).filter((row) => !row.optional && !row.why && isNeeded(row, inputs));
      return rows.flatMap((row) => row.actions.split(" ")).filter((name) => !used.has(name));
    },
    /** Throws what the step called without a permission in the table. */
    refuseMissing() {
      if (problems.size === 0) return;
      throw new Error(`permissions.json and the calls of ${action} differ: ${[...problems].join("; ")}`);
    },
  };
}

const trust = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: "123456789012" }, Action: "sts:AssumeRole" }],
};

/** Stacks change their resources with the rights of the caller, which no table of actions knows. */
function withResources(policy: Policy): Policy {
  const resources = { Effect: "Allow", NotAction: "cloudformation:*", Resource: "*" };
  return { ...policy, Statement: [...policy.Statement, resources as never] };
}

const covers = (pattern: string, action: string) =>
  pattern === action || (pattern.endsWith("*") && action.startsWith(pattern.slice(0, -1)));

function without({ Statement, ...policy }: Policy, action: string): Policy {
  const left = Statement.flatMap((each) => {
    const actions = [each.Action ?? []].flat().filter((name) => !covers(name, action));
    return actions.length > 0 ? { ...each, Action: actions } : [];
  });
  return { ...policy, Statement: left };
}

/** The error names the action; a part that cannot be checked is documented. */
function isDenied(found: ReturnType<typeof evaluate>, action: string): boolean {
  return found.outcome === "not checked" || (found.outcome === "denied" && found.because.includes(action));
}
