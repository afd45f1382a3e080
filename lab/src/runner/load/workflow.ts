import type { EventsConfig } from "@actions/workflow-parser/model/workflow-template";
import type { BasicExpressionToken, MappingToken } from "@actions/workflow-parser/templates/tokens/index";
import type { TemplateToken } from "@actions/workflow-parser/templates/tokens/template-token";
import { evaluateToken, toText } from "../expressions/evaluate.ts";
import { isMapping } from "../expressions/functions.ts";
import type { Source } from "./sources.ts";

/** A workflow file whose syntax GitHub accepts and this runner performs; expressions are still tokens. */
export interface Workflow {
  /** In the repository, with forward slashes; `owner/name/path@ref` for one of another repository. */
  path: string;
  source: Source;
  name: string;
  events: EventsConfig;
  /** `on.workflow_call.outputs`, name to the expression's token. */
  outputs: Map<string, TemplateToken>;
  env?: TemplateToken;
  defaults: RunDefaults;
  permissions?: TemplateToken;
  concurrency?: TemplateToken;
  jobs: Job[];
}

export interface RunDefaults {
  shell?: TemplateToken;
  workingDirectory?: TemplateToken;
}

interface BaseJob {
  id: string;
  /** `file:line`, for messages. */
  place: string;
  name: TemplateToken;
  needs: string[];
  condition: BasicExpressionToken;
  strategy?: MappingToken;
  concurrency?: TemplateToken;
  permissions?: TemplateToken;
}

export interface StepsJob extends BaseJob {
  kind: "steps";
  runsOn?: TemplateToken;
  env?: TemplateToken;
  defaults: RunDefaults;
  /** Name of the environment that the job deploys to. */
  environment?: TemplateToken;
  outputs?: TemplateToken;
  timeoutMinutes?: TemplateToken;
  continueOnError?: TemplateToken;
  steps: Step[];
}

export interface CallJob extends BaseJob {
  kind: "call";
  /** Path of the called workflow, as its `path` has it. */
  workflow: string;
  with?: TemplateToken;
  /** Secrets given by name, or all of the caller's. */
  secrets?: MappingToken | "inherit";
}

export type Job = StepsJob | CallJob;

/** An expression that uses an output of an earlier step. */
export interface OutputUse {
  /** In lower case; undefined if the expression uses all outputs, such as `toJSON(steps)`. */
  output: string | undefined;
  /** `file:line` */
  place: string;
}

interface BaseStep {
  id: string;
  place: string;
  name?: TemplateToken;
  condition: BasicExpressionToken;
  continueOnError?: TemplateToken;
  timeoutMinutes?: TemplateToken;
  env?: TemplateToken;
  /** Set when the whole file is read. */
  outputUses?: readonly OutputUse[];
}

export interface ScriptStep extends BaseStep {
  kind: "script";
  script: TemplateToken;
  shell?: TemplateToken;
  workingDirectory?: TemplateToken;
}

export interface ActionStep extends BaseStep {
  kind: "action";
  uses: string;
  /** Source of the file that has the step. */
  source: Source;
  with?: TemplateToken;
}

export type Step = ScriptStep | ActionStep;

/** Level by permission; `all` for `read-all` and `write-all`. */
export type Permissions = Record<string, string>;

/**
 * By the repository's setting, "read" in a new one.
 * Source: https://docs.github.com/actions/reference/security/securely-using-the-github_token
 */
export const defaultPermissions: Record<"read" | "write", Permissions> = {
  read: { contents: "read", packages: "read" },
  write: { all: "write-all", "id-token": "none" },
};

/** Permissions of a workflow or job; what is not named in a mapping is not granted. */
export function readPermissions(token: TemplateToken | undefined, inherited: Permissions): Permissions {
  if (!token) return inherited;
  const value = evaluateToken(token, { contexts: {} });
  if (!isMapping(token)) return { all: toText(value) };
  return Object.fromEntries(Object.entries(value as object).map(([name, level]) => [name, toText(level)]));
}

/** Permissions of a pull request from a fork. Source: https://docs.github.com/actions/reference/security/securely-using-the-github_token */
export function readOnly(permissions: Permissions): Permissions {
  const lowered = ([name, level]: [string, string]) =>
    [name, name === "id-token" ? "none" : level.replace("write", "read")] as const;
  return Object.fromEntries(Object.entries(permissions).map(lowered));
}

/** Returns `none`, `read` or `write`. */
export function permissionLevel(permissions: Permissions, name: string): string {
  return permissions[name] ?? permissions.all?.replace("-all", "") ?? "none";
}
