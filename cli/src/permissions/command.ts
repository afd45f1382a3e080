import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { IAMClient } from "@aws-sdk/client-iam";
import { leastPolicy, type Policy } from "@ecs-delivery/actions/core/permissions";
import {
  defineOptions,
  oneOf,
  parseCommandLine,
  parseWithArguments,
  Refusal,
} from "@ecs-delivery/program/command-line";
import { wrap } from "@ecs-delivery/program/wrap";
import { stringify } from "yaml";
import { listActions, readActionFile } from "../actions/action-file.ts";
import { readFlags } from "../actions/read-flags.ts";
import { printText } from "../terminal/print-text.ts";
import { openTerminal, type Terminal } from "../terminal/style.ts";
import { checkRole } from "./check-role.ts";
import { type Place, withNames } from "./names.ts";
import { createWorkflowReader, type ReadFile, repositoryOf, type StepUse } from "./read-workflow.ts";

/** Prints the least policy, or what a role lacks of it. Resolves to the exit code: 1 if something is missing. */
export async function permissionsCommand(actions: string, argv: readonly string[]): Promise<number> {
  const { own, rest } = divide(argv);
  const values = parseCommandLine(command, own);
  const terminal = openTerminal(process.stdout, process.env);
  if (printText(command, values, terminal)) return 0;
  const { account = "", region = "", controller } = values;
  const policies = readPolicies(actions, rest, { account, region, controller });
  const notes = openTerminal(process.stderr, process.env);
  for (const { open } of policies) reportOpen(open, notes);
  if (values.check !== undefined)
    return checkRole(new IAMClient(), values.check, onePolicy(policies), terminal);
  terminal.print(format(policies, values.format ?? "json"));
  return 0;
}

/** Options of this command go before or after those of an action, whose inputs have other names. */
function divide(argv: readonly string[]): { own: string[]; rest: string[] } {
  const [own, rest]: string[][] = [[], []];
  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index] as string;
    const name = /^--([\w-]+)(?:=|$)/.exec(argument)?.[1] ?? "";
    const isOwn = name === "help" || Object.hasOwn(command.options, name);
    const hasNext = isOwn && name !== "help" && !argument.includes("=") && index + 1 < argv.length;
    (isOwn ? own : rest)?.push(argument, ...(hasNext ? [argv[++index] as string] : []));
  }
  return { own: own ?? [], rest: rest ?? [] };
}

function readPolicies(actions: string, rest: readonly string[], place: Place): RolePolicy[] {
  const [name = "", ...flags] = rest;
  if (name === "")
    throw new Refusal(`permissions: a workflow or an action is missing. Usage: ${command.usage}`);
  if (listActions(actions).includes(name)) {
    const { inputs } = readFlags(readActionFile(actions, name), flags);
    return policiesOf([{ action: name, inputs, role: "", region: "" }], place, repositoryOf("."));
  }
  const { given } = parseWithArguments(command, rest);
  const reader = createWorkflowReader(actions);
  const uses = given.flatMap((file) => {
    if (!existsSync(file))
      throw new Refusal(
        `permissions: ${file} is neither an action nor a file. Actions: ${listActions(actions).join(", ")}.`,
      );
    return reader.read(readFileSync(file, "utf8"), repositoryOf(file), file);
  });
  if (uses.length === 0)
    throw new Refusal(`permissions: no job of ${given.join(", ")} uses one of these actions.`);
  return policiesOf(uses, place, repositoryOf(resolve(given[0] as string)));
}

/** The least policy of one role, as the workflow has it; empty for that of the command's own user. */
export type RolePolicy = ReturnType<typeof policiesOf>[number];

export function policiesOf(uses: readonly StepUse[], place: Place, read: ReadFile) {
  const roles = [...new Set(uses.map(({ role }) => role))];
  const policies = roles.map((role) => {
    const ofRole = uses.filter((each) => each.role === role);
    return { role, ...leastPolicy(ofRole.map((use) => withNames(use, ofRole, place, read))) };
  });
  return policies.length > 1 ? policies.filter(({ policy }) => policy.Statement.length > 0) : policies;
}

function onePolicy(policies: readonly RolePolicy[]): Policy {
  const [first, ...others] = policies;
  if (first && others.length === 0) return first.policy;
  throw new Refusal(
    `permissions: --check is for one role, and the jobs use ${policies.map(({ role }) => role).join(", ")}. Fix: give the workflows of one role.`,
  );
}

function reportOpen(open: readonly string[], { columns, style, print }: Terminal): void {
  if (open.length === 0) return;
  const text = `Only a run knows ${open.join(", ")}, so the policy allows any. Fix: write their names in the workflow or task definition, or check the policy's resources with *.`;
  print(wrap(`${style.yellow("!")} ${text}`, columns, 2));
}

function format(policies: readonly RolePolicy[], as: "json" | "cloudformation"): string {
  const [first, ...others] = policies;
  if (as === "json")
    return JSON.stringify(
      others.length === 0
        ? first?.policy
        : Object.fromEntries(policies.map(({ role, policy }) => [role, policy])),
      null,
      2,
    );
  const resources = policies.map(({ role, policy }, index) => [
    `Policy${index === 0 ? "" : index + 1}`,
    {
      Type: "AWS::IAM::ManagedPolicy",
      Properties: { Description: `Least permissions of ${role || "an action"}`, PolicyDocument: policy },
    },
  ]);
  return stringify({
    AWSTemplateFormatVersion: "2010-09-09",
    Resources: Object.fromEntries(resources),
  }).trimEnd();
}

const options = defineOptions({
  check: { value: "ROLE", help: "name or ARN of a role: list what it lacks of the policy" },
  format: {
    value: "FORMAT",
    help: "json or cloudformation (default: json)",
    parse: oneOf("json", "cloudformation"),
  },
  account: { value: "ID", help: "account of the resources (default: that of the roles in the files)" },
  region: { value: "REGION", help: "region of the resources (default: that of the workflow)" },
  controller: {
    value: "NAME",
    help: "codedeploy or ecs, if only one of them deploys the services",
    parse: oneOf("codedeploy", "ecs"),
  },
});

const command = {
  name: "permissions",
  usage: "ecs-delivery permissions WORKFLOW… | ACTION --input VALUE … [options]",
  about: `Prints the least policy for the jobs of workflows that have AWS credentials, or for an action with its inputs.
The names of resources come from the inputs and from the task definition; what only a run knows is *. With --check, it
compares a role by iam:SimulatePrincipalPolicy, or by its policies where that is denied, and exits with 1 if something is
missing. Nothing is changed.`,
  options,
};
