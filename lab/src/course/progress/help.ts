import type { Step } from "../guide.ts";
import { commandsOf, type Guides, type Language, languages } from "./guides.ts";
import { requiredOf, type SeenItems } from "./steps.ts";

/** A file of the finished split. */
export interface SolutionFile {
  readonly path: string;
  readonly text: string;
}

type Texts = Readonly<Record<Language, string>>;

/** Three hints and the solution; each is undefined until it has been taken. */
export interface Help {
  readonly seen?: readonly { readonly id: string; readonly title: string; readonly evidence: string }[];
  /** Markdown. */
  readonly where?: Texts;
  readonly fixes?: readonly string[];
  readonly solution?: { readonly commands: Texts; readonly files: readonly SolutionFile[] };
}

export const mostHelp = 4;

/** Returns the files of the services whose code the items of a step read. */
function filesFor({ items }: Step, files: readonly SolutionFile[]): SolutionFile[] {
  const services = items.flatMap((id) => /^4\.(customer|employee)-/.exec(id)?.[1] ?? []);
  return files.filter(({ path }) => services.includes(path.split("/")[0] ?? "") && !/-lock\./.test(path));
}

/** Returns the help that a student has taken for a step, from what its items show now. */
export function helpOf(
  step: Step,
  taken: number,
  { guides, seen, files }: { guides: Guides; seen: SeenItems; files: readonly SolutionFile[] },
): Help {
  const faults = requiredOf(step).flatMap((id) => {
    const item = seen.get(id);
    return item && item.status !== "pass" ? [{ id, ...item }] : [];
  });
  const inEach = (textOf: (language: Language) => string) =>
    Object.fromEntries(languages.map((language) => [language, textOf(language)])) as unknown as Texts;
  const ids = faults.map(({ id }) => id);
  // An item that waits is fixed where its cause is.
  const causes = faults.flatMap(({ id, waitsFor = [id] }) => waitsFor);
  const fixes = causes.flatMap((id) => seen.get(id)?.fix?.[guides.way] ?? []);
  return {
    ...(taken > 0 && { seen: faults.map(({ id, title, evidence }) => ({ id, title, evidence })) }),
    ...(taken > 1 && { where: inEach((language) => whereToLook(guides, language, step.id, ids)) }),
    ...(taken > 2 && { fixes: [...new Set(fixes)] }),
    ...(taken > 3 && {
      solution: {
        commands: inEach((language) => commandsOf(guides, language, step.id).join("\n\n")),
        files: filesFor(step, files),
      },
    }),
  };
}

/** The causes that the guide's table of faults has for these items, and how its page checks the phase. */
function whereToLook({ pages }: Guides, language: Language, id: string, items: readonly string[]): string {
  const phase = pages[language].find(({ steps }) => steps.some((step) => step.id === id));
  const check = phase?.check ?? "";
  const rows = check.split("\n").filter((line) => /^\s*\|/.test(line));
  const causes = rows
    .filter((row) => items.some((item) => row.includes(`\`${item}\``)))
    .map((row) => row.split(/(?<!\\)\|/).map((cell) => cell.trim()))
    .map(([, symptom, cause]) => `- ${symptom}: ${cause}`);
  const sections = check.split(/^(?=## )/m).filter((part) => part.startsWith("## "));
  const ownCheck = (sections[0] ?? "").replace(/^## .*\n/, "").trim();
  return [causes.join("\n"), ownCheck].filter(Boolean).join("\n\n");
}
