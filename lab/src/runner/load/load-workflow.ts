import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type {
  EventsConfig,
  InputConfig,
  Job as ParsedJob,
} from "@actions/workflow-parser/model/workflow-template";
import type { MappingToken } from "@actions/workflow-parser/templates/tokens/index";
import type { TemplateToken } from "@actions/workflow-parser/templates/tokens/template-token";
import { WorkflowRefused } from "../errors.ts";
import {
  convertWorkflowTemplate,
  isMapping,
  NoOperationTraceWriter,
  parseWorkflow,
} from "../expressions/functions.ts";
import { cleanEvents, relaxSchemas } from "./lenient-schemas.ts";
import { readJob, readRunDefaults } from "./read-job.ts";
import { nameIn, type Source } from "./sources.ts";
import { find, knowOnly } from "./tokens.ts";
import type { Workflow } from "./workflow.ts";

relaxSchemas();

const rootKeys = ["name", "run-name", "on", "env", "defaults", "permissions", "concurrency", "jobs"];

/**
 * Reads a workflow file with GitHub's own parser.
 * Throws WorkflowRefused with file and line for what GitHub does not accept or this runner does not perform.
 *
 * @param file path of the file in it
 */
export async function loadWorkflow(source: Source, file: string): Promise<Workflow> {
  const path = nameIn(source, file);
  const content = await readFile(join(source.directory, file), "utf8").catch((cause) => {
    throw new WorkflowRefused(`${path}: this commit has no such workflow file`, { cause });
  });
  return readWorkflow(source, path, content);
}

/**
 * Reads the text of a workflow file.
 * @param path of the file, for messages
 */
export async function readWorkflow(source: Source, path: string, text: string): Promise<Workflow> {
  // Scripts would keep the line ends of Windows, which no YAML value has.
  const content = text.replace(/\r\n?/g, "\n");
  const { context, value } = parseWorkflow({ name: path, content }, new NoOperationTraceWriter());
  const failWith = (messages: string[]) => new WorkflowRefused([...new Set(messages)].join("\n"));
  const syntaxErrors = context.errors.getErrors();
  if (syntaxErrors.length > 0) throw failWith(syntaxErrors.map((error) => error.message));
  if (!value || !isMapping(value))
    throw new WorkflowRefused(`${path}: a workflow is a mapping with 'on' and 'jobs'`);
  cleanEvents(value);
  const template = await convertWorkflowTemplate(context, value);
  if (template.errors) throw failWith(template.errors.map((error) => error.Message));

  knowOnly(value, path, "the workflow key", rootKeys);
  readNumberInputs(template.events, value);
  const jobTokens = find(value, "jobs") as MappingToken;
  return {
    path,
    source,
    name: scalarText(find(value, "name")) ?? path,
    events: template.events,
    outputs: readCallOutputs(value),
    env: find(value, "env"),
    defaults: readRunDefaults(find(value, "defaults"), path),
    permissions: find(value, "permissions"),
    concurrency: find(value, "concurrency"),
    jobs: template.jobs.map((parsed) =>
      readJob(parsed as ParsedJob, find(jobTokens, parsed.id.value) as MappingToken, { path, source }),
    ),
  };
}

function readCallOutputs(root: MappingToken): Map<string, TemplateToken> {
  const outputs = find(find(find(root, "on"), "workflow_call"), "outputs");
  const values = new Map<string, TemplateToken>();
  if (!outputs || !isMapping(outputs)) return values;
  for (const { key, value } of outputs) {
    const expression = find(value, "value");
    if (expression) values.set(key.toString(), expression);
  }
  return values;
}

function scalarText(token: TemplateToken | undefined): string | undefined {
  return token === undefined ? undefined : String((token as { value?: unknown }).value ?? "") || undefined;
}

/** Inputs of type number. GitHub's parser (0.3.61) checks them, but loses their type and their defaults. */
function readNumberInputs(events: EventsConfig, root: MappingToken): void {
  for (const event of ["workflow_call", "workflow_dispatch"] as const) {
    const inputs = events[event]?.inputs as Record<string, InputConfig> | undefined;
    for (const [name, token] of numberInputs(root, event)) {
      const input = inputs?.[name] as { type: string; default?: unknown };
      const fallback = find(token, "default");
      input.type = "number";
      if (fallback && !fallback.isExpression) input.default = Number(fallback.toString());
    }
  }
}

function numberInputs(root: MappingToken, event: string): [string, MappingToken][] {
  const inputs = find(find(find(root, "on"), event), "inputs");
  if (!inputs || !isMapping(inputs)) return [];
  const tokens = [...inputs].map(({ key, value }) => [key.toString(), value as MappingToken] as const);
  return tokens
    .filter(([, token]) => find(token, "type")?.toString() === "number")
    .map(([name, token]) => [name, token]);
}
