import { nearest } from "@ecs-delivery/program/command-line";
import { WorkflowRefused } from "../runner/errors.ts";
import { type DispatchInput, dispatchInputs, readDispatchInputs } from "../runner/load/dispatch-inputs.ts";
import { readWorkflow } from "../runner/load/load-workflow.ts";
import type { Workflow } from "../runner/load/workflow.ts";

const folder = ".github/workflows/";

/** Runs git in a repository that has the commit. */
export type ReadGit = (...commandArguments: string[]) => Promise<string>;

export interface ManualRun {
  /** In `.github/workflows`. */
  file: string;
  inputs: Record<string, string>;
}

/** A workflow that can be started manually. */
export interface ManualWorkflow {
  file: string;
  name: string;
  inputs: DispatchInput[];
}

/** Returns the workflows of a commit that can be started manually. */
export async function readManualWorkflows(git: ReadGit, commit: string): Promise<ManualWorkflow[]> {
  const files = await workflowFiles(git, commit);
  const read = files.map(async (file) => {
    // A file that GitHub does not accept cannot be started.
    const workflow = await readFileOf(git, commit, file).catch(() => undefined);
    if (!workflow?.events.workflow_dispatch) return [];
    return [{ file, name: workflow.name, inputs: dispatchInputs(workflow) }];
  });
  return (await Promise.all(read)).flat();
}

/** Throws when a commit has no such workflow, or when the workflow refuses the inputs. */
export async function checkManualRun(
  git: ReadGit,
  commit: string,
  { file, inputs }: ManualRun,
): Promise<void> {
  const startable = async () => (await readManualWorkflows(git, commit)).map((workflow) => workflow.file);
  if (!(await workflowFiles(git, commit)).includes(file)) {
    const files = await startable();
    const near = nearest(file, files);
    throw new WorkflowRefused(
      `unknown workflow '${file}'${near ? `, did you mean '${near}'?` : "."} Workflows: ${files.join(", ")}`,
    );
  }
  const workflow = await readFileOf(git, commit, file);
  if (!workflow.events.workflow_dispatch)
    throw new WorkflowRefused(
      `'${file}' cannot be started manually: it has no workflow_dispatch trigger. Workflows: ${(await startable()).join(", ")}`,
    );
  readDispatchInputs(workflow, inputs);
}

/** Reads push options such as `workflow=rollback.yml` and `service=customer`; undefined without any. */
export function readPushOptions(options: readonly string[]): ManualRun | undefined {
  if (options.length === 0) return undefined;
  const given = readPairs(options);
  const file = given.get("workflow");
  if (file === undefined)
    throw new WorkflowRefused(
      `the push option '${[...given.keys()][0]}' needs a workflow. Fix: add -o workflow=FILE, such as -o workflow=rollback.yml`,
    );
  given.delete("workflow");
  return { file, inputs: Object.fromEntries(given) };
}

/** Reads push options by name. */
export function readPairs(options: readonly string[]): Map<string, string> {
  const given = new Map<string, string>();
  for (const option of options) {
    const equals = option.indexOf("=");
    const name = option.slice(0, Math.max(equals, 0));
    if (name === "")
      throw new WorkflowRefused(
        `the push option '${option}' is not NAME=VALUE. Fix: -o workflow=FILE -o INPUT=VALUE`,
      );
    if (given.has(name)) throw new WorkflowRefused(`the push option '${name}' is given twice`);
    given.set(name, option.slice(equals + 1));
  }
  return given;
}

/** Names of the workflow files of a commit. */
export async function workflowFiles(git: ReadGit, commit: string): Promise<string[]> {
  const paths = (await git("ls-tree", "-z", "--name-only", commit, folder)).split("\0");
  return paths.filter((path) => /\.ya?ml$/.test(path)).map((path) => path.slice(folder.length));
}

/** Only what the workflow declares is read; its actions are not. */
const noCheckout = { repository: "", directory: "" };

export async function readFileOf(git: ReadGit, commit: string, file: string): Promise<Workflow> {
  return readWorkflow(noCheckout, folder + file, await git("show", `${commit}:${folder}${file}`));
}
