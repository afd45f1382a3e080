import { tmpdir } from "node:os";
import { join } from "node:path";
import { type InputReader, readInputs } from "../../core/inputs.ts";
import type { StackChoice } from "../../cost/cost-stacks.ts";

/** Templates of one commit, and their parameters. */
export interface Installation extends StackChoice {
  readonly taskDefinitionsFolder: string | undefined;
}

export type EstimateInputs = ReturnType<typeof readEstimateInputs>;

export function readEstimateInputs(getInput?: (name: string) => string) {
  return readInputs(
    (read) => ({
      after: {
        templatesFolder: read.optional("templates") ? read.folder("templates") : "infra-templates",
        parametersFile: read.optionalFile("parameters"),
        taskDefinitionsFolder: optionalFolder(read, "task-definitions"),
      },
      /** The installation to compare with. */
      before: readBefore(read),
      usageFile: read.optionalFile("usage"),
      outputFolder:
        read.optional("output-folder") ?? join(process.env.RUNNER_TEMP ?? tmpdir(), "cost-estimate"),
    }),
    getInput,
  );
}

function readBefore(read: InputReader): Installation | undefined {
  const templatesFolder = optionalFolder(read, "compare-templates");
  const parametersFile = read.optionalFile("compare-parameters");
  const taskDefinitionsFolder = optionalFolder(read, "compare-task-definitions");
  if (templatesFolder) return { templatesFolder, parametersFile, taskDefinitionsFolder };
  for (const name of ["compare-parameters", "compare-task-definitions"])
    if (read.optional(name)) read.problem(`Input ${name} needs compare-templates`);
  return undefined;
}

function optionalFolder(read: InputReader, name: string): string | undefined {
  return read.optional(name) ? read.folder(name) : undefined;
}
