import { readdirSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import { readCommentToken } from "../../core/comment-plan.ts";
import { type InputReader, readInputs } from "../../core/inputs.ts";
import { didYouMean } from "../../core/nearest-name.ts";

export const modes = ["apply", "plan", "outputs", "delete"] as const;

export interface ProvisionInputs {
  /** Template names; empty for all of the profile. */
  readonly stacks: readonly string[];
  readonly templatesFolder: string;
  readonly parametersFile: string | undefined;
  readonly stackPrefix: string;
  readonly mode: (typeof modes)[number];
  /** Treatment of a stack whose creation or update fails. */
  readonly onFailure: "rollback" | "keep";
  /** Token to comment the plan on the pull request; undefined for no comment. */
  readonly commentToken: string | undefined;
  /** Whether a deletion empties what blocks it. */
  readonly force: boolean;
  /** Names of protected resources that a deletion removes too. */
  readonly unprotect: readonly string[];
  /** Treatment of resources that exist outside any stack. */
  readonly existing: ExistingResources;
}

export function readProvisionInputs(getInput?: (name: string) => string): ProvisionInputs {
  return readInputs((read) => {
    const stackPrefix = read.optional("stack-prefix") ?? "microservices";
    // Half of CloudFormation's 128 characters is left for the template's name.
    if (!/^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(stackPrefix))
      read.problem(
        `Input stack-prefix is "${stackPrefix}"; expected a letter, then letters, digits and hyphens`,
      );
    const mode = read.choice("mode", modes, "apply");
    const force = read.boolean("force", false);
    if (force && mode !== "delete")
      read.problem(`Input force works with mode delete only, and mode is ${mode}`);
    const unprotect = read.names("unprotect");
    if (unprotect.length > 0 && mode !== "delete")
      read.problem(`Input unprotect works with mode delete only, and mode is ${mode}`);
    return {
      stacks: read.names("stacks"),
      templatesFolder: read.optional("templates") ? read.folder("templates") : "infra-templates",
      parametersFile: readParametersFile(read),
      stackPrefix,
      mode,
      onFailure: read.choice("on-failure", ["rollback", "keep"], "rollback"),
      commentToken: readCommentToken(read),
      force,
      unprotect,
      existing: readExistingResources(read),
    };
  }, getInput);
}

/** A missing profile is most often a typing error: the error lists the existing profiles. */
function readParametersFile(read: InputReader): string | undefined {
  const file = read.optional("parameters");
  const folder = file && dirname(file);
  if (
    !file ||
    !folder ||
    statSync(file, { throwIfNoEntry: false }) ||
    !statSync(folder, { throwIfNoEntry: false })
  )
    return read.optionalFile("parameters");
  const others = readdirSync(folder).filter((name) => name.endsWith(".json"));
  const there = others.length > 0 ? `${folder} has ${others.join(", ")}` : `${folder} contains no JSON file`;
  read.problem(
    `Input parameters: file ${file} does not exist; ${there}${didYouMean(basename(file), others)}`,
  );
  return undefined;
}

/** Treatment of a template whose resources exist already, outside any stack. */
const choices = ["fail", "adopt", "skip"] as const;
export type Choice = (typeof choices)[number];

export interface ExistingResources {
  readonly others: Choice;
  readonly byTemplate: ReadonlyMap<string, Choice>;
}

/** Reads one word for all templates, lines such as `registry: adopt`, or both. */
function readExistingResources(read: InputReader): ExistingResources {
  const byTemplate = new Map<string, Choice>();
  let others: Choice = "fail";
  for (const line of read.lines("existing-resources")) {
    const [, name, word = ""] = /^(?:([\w-]+)\s*:)?\s*(\S*)$/.exec(line) ?? [];
    const choice = choices.find((each) => each === word);
    if (!choice)
      read.problem(
        `Input existing-resources has "${line}"; expected fail, adopt or skip, or lines such as "registry: adopt"`,
      );
    else if (name === undefined) others = choice;
    else byTemplate.set(name, choice);
  }
  return { others, byTemplate };
}

export function choiceFor({ others, byTemplate }: ExistingResources, template: string): Choice {
  return byTemplate.get(template) ?? others;
}
