import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ActionRunsNode, ActionTemplate } from "@actions/workflow-parser/actions/action-template";
import { refuse, WorkflowRefused } from "./errors.ts";
import { convertActionTemplate, NoOperationTraceWriter, parseAction } from "./github-parser.ts";

export interface NodeAction {
  directory: string;
  name: string;
  inputs: NonNullable<ActionTemplate["inputs"]>;
  runs: ActionRunsNode;
}

/**
 * Reads the `action.yml` (or `.yaml`) in a folder of a checkout.
 * @param place where the step stands, for messages
 */
export async function loadNodeAction(checkout: string, path: string, place: string): Promise<NodeAction> {
  const directory = join(checkout, path);
  for (const file of ["action.yml", "action.yaml"]) {
    const content = await readFile(join(directory, file), "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
    if (content !== undefined) return readAction(directory, `${path}/${file}`, content);
  }
  throw new WorkflowRefused(
    `${place}: there is no 'action.yml' in '${path}'; a './' action needs actions/checkout before it`,
  );
}

function readAction(directory: string, name: string, content: string): NodeAction {
  const { context, value } = parseAction({ name, content }, new NoOperationTraceWriter());
  const template = value && convertActionTemplate(context, value);
  const errors = context.errors.getErrors();
  if (errors.length > 0 || !template) {
    throw new WorkflowRefused(errors.map((error) => error.message).join("\n") || `${name}: it is empty`);
  }
  const { runs } = template;
  if (runs.using !== "node24") throw refuse(name, `actions that use '${runs.using}'`, ["node24"]);
  return { directory, name: template.name, inputs: template.inputs ?? [], runs };
}
