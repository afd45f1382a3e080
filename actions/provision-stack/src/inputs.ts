import { readdirSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import { readCommentToken } from "../../core/comment-plan.ts";
import { type InputReader, readInputs } from "../../core/inputs.ts";
import { didYouMean } from "../../core/nearest-name.ts";

export const modes = ["apply", "plan", "outputs", "delete"] as const;

export type ProvisionInputs = ReturnType<typeof readProvisionInputs>;

export function readProvisionInputs(getInput?: (name: string) => string) {
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
    const unprotect: readonly string[] = read.names("unprotect");
    if (unprotect.length > 0 && mode !== "delete")
      read.problem(`Input unprotect works with mode delete only, and mode is ${mode}`);
    return {
      /** Template names; empty for all of the profile. */
      stacks: read.names("stacks"),
      templatesFolder: read.optional("templates") ? read.folder("templates") : "infra-templates",
      parametersFile: readParametersFile(read),
      stackPrefix,
      mode,
      /** Treatment of a stack whose creation or update fails. */
      onFailure: read.choice("on-failure", ["rollback", "keep"], "rollback"),
      /** Token to comment the plan on the pull request; undefined for no comment. */
      commentToken: readCommentToken(read),
      /** Whether a deletion empties what blocks it. */
      force,
      /** Names of protected resources that a deletion removes too. */
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
