import type { InputReader } from "../../../shared/inputs.ts";

/** Treatment of a template whose resources exist already, outside any stack. */
const choices = ["fail", "adopt", "skip"] as const;
export type Choice = (typeof choices)[number];

export interface ExistingResources {
  readonly others: Choice;
  readonly byTemplate: ReadonlyMap<string, Choice>;
}

/** Reads one word for all templates, lines such as `registry: adopt`, or both. */
export function readExistingResources(read: InputReader): ExistingResources {
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
