import { readInputs } from "../../shared/inputs.ts";

export interface ProvisionInputs {
  /** Template names; empty for all. */
  readonly stacks: readonly string[];
  readonly templatesFolder: string;
  readonly parametersFile: string | undefined;
  readonly stackPrefix: string;
  readonly mode: "apply" | "outputs" | "delete";
  readonly deadlineMs: number;
}

/** A database instance takes CloudFormation up to half an hour; twice that leaves room for the rest. */
const defaultDeadlineMs = 60 * 60_000;

export function readProvisionInputs(getInput?: (name: string) => string): ProvisionInputs {
  return readInputs((read) => {
    const stackPrefix = read.optional("stack-prefix") ?? "microservices";
    // Half of CloudFormation's 128 characters is left for the template's name.
    if (!/^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(stackPrefix))
      read.problem(
        `Input stack-prefix is "${stackPrefix}"; a letter, then letters, digits and hyphens are expected`,
      );
    const stacks = read.lines("stacks").flatMap((line) => line.split(","));
    return {
      stacks: stacks.map((name) => name.trim()).filter(Boolean),
      templatesFolder: read.optional("templates") ? read.folder("templates") : "infra-templates",
      parametersFile: read.optionalFile("parameters"),
      stackPrefix,
      mode: read.choice("mode", ["apply", "outputs", "delete"], "apply"),
      deadlineMs: read.duration("deadline") ?? defaultDeadlineMs,
    };
  }, getInput);
}
