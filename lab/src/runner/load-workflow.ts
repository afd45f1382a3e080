import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Job as ParsedJob } from "@actions/workflow-parser/model/workflow-template";
import type { MappingToken } from "@actions/workflow-parser/templates/tokens/index";
import type { TemplateToken } from "@actions/workflow-parser/templates/tokens/template-token";
import { WorkflowRefused } from "./errors.ts";
import {
  convertWorkflowTemplate,
  isMapping,
  NoOperationTraceWriter,
  parseWorkflow,
} from "./github-parser.ts";
import { readNumberInputs } from "./number-inputs.ts";
import { readJob, readRunDefaults } from "./read-job.ts";
import { find, knowOnly } from "./tokens.ts";
import type { Workflow } from "./workflow.ts";

const rootKeys = ["name", "run-name", "on", "env", "defaults", "permissions", "concurrency", "jobs"];

/**
 * Reads a workflow file with GitHub's own parser.
 * Throws WorkflowRefused with file and line for what GitHub does not accept or this runner does not perform.
 *
 * @param repository folder of a checkout
 * @param path of the file in it
 */
export async function loadWorkflow(repository: string, path: string): Promise<Workflow> {
  const content = await readFile(join(repository, path), "utf8").catch((cause) => {
    throw new WorkflowRefused(`${path}: there is no such workflow file in this commit`, { cause });
  });
  const { context, value } = parseWorkflow({ name: path, content }, new NoOperationTraceWriter());
  const failWith = (messages: string[]) => new WorkflowRefused([...new Set(messages)].join("\n"));
  const syntaxErrors = context.errors.getErrors();
  if (syntaxErrors.length > 0) throw failWith(syntaxErrors.map((error) => error.message));
  if (!value || !isMapping(value))
    throw new WorkflowRefused(`${path}: a workflow is a mapping with 'on' and 'jobs'`);
  const template = await convertWorkflowTemplate(context, value);
  if (template.errors) throw failWith(template.errors.map((error) => error.Message));

  knowOnly(value, path, "the workflow key", rootKeys);
  readNumberInputs(template.events, value, path);
  const jobTokens = find(value, "jobs") as MappingToken;
  return {
    path,
    name: scalarText(find(value, "name")) ?? path,
    events: template.events,
    outputs: readCallOutputs(value),
    env: find(value, "env"),
    defaults: readRunDefaults(find(value, "defaults"), path),
    permissions: find(value, "permissions"),
    concurrency: find(value, "concurrency"),
    jobs: template.jobs.map((parsed) =>
      readJob(parsed as ParsedJob, find(jobTokens, parsed.id.value) as MappingToken, path),
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
