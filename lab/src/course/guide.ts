import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** The ways through the course, with the heading of each on the pages of a phase. */
export const wayHeadings = {
  cli: { en: "With the CLI", fr: "Avec la CLI" },
  console: { en: "In the console", fr: "Dans la console" },
  templates: { en: "With our templates", fr: "Avec nos modèles" },
} as const;

export type GuideWay = keyof typeof wayHeadings;

export interface Step {
  /** Number of the phase and of the step in it, such as "6.1". */
  readonly id: string;
  /** Begins with a capital letter, as nothing stands before it but the number. */
  readonly title: string;
  /** Items of check-lab that this step fulfils. */
  readonly items: readonly string[];
  /** Markdown of the step in one way, its commands included. */
  readonly text: string;
  /** Its sh blocks in order. */
  readonly commands: readonly string[];
}

export interface PhaseGuide {
  readonly number: number;
  readonly title: string;
  /** Markdown before the ways: goal, diagram, needs. */
  readonly introduction: string;
  readonly steps: readonly Step[];
  /** Markdown after the ways: check, faults. */
  readonly check: string;
}

/** Reads the pages of all phases in one language and one way. */
export async function readGuide(folder: string, language: "en" | "fr", way: GuideWay): Promise<PhaseGuide[]> {
  const names = (await readdir(folder)).filter((name) => pageName.exec(name)?.[2] === language);
  const phases = names.map(async (name) => {
    const page = onlyWay(await readFile(join(folder, name), "utf8"), way);
    return readPhase(page, Number(pageName.exec(name)?.[1]), name);
  });
  return (await Promise.all(phases)).sort((one, other) => one.number - other.number);
}
const pageName = /^phase-(\d+)-[\w-]+\.(en|fr)\.md$/;

/** Returns a page without the sections of the other ways. */
export function onlyWay(page: string, way: GuideWay): string {
  const others = Object.entries(wayHeadings).flatMap(([name, { en, fr }]) => (name === way ? [] : [en, fr]));
  return partsOf(page, /^## /)
    .filter((part) => !others.some((heading) => part.startsWith(`## ${heading}\n`)))
    .join("");
}

const stepHeading = /^### (?:Step|Étape) (\d+\.\d+) ?: (.+)\n/;

function readPhase(page: string, number: number, name: string): PhaseGuide {
  const parts = partsOf(page, /^## |^### (?:Step|Étape) /);
  const first = parts.findIndex((part) => stepHeading.test(part));
  const last = parts.findLastIndex((part) => stepHeading.test(part));
  const head = parts[first - 1] ?? "";
  const gap = parts.slice(first, last).find((part) => !stepHeading.test(part));
  if (first === -1) throw new Error(`${name} has no heading such as "### Step ${number}.1: title".`);
  const [, ...body] = head.split("\n");
  if (body.some((line) => line.trim() !== "") || gap !== undefined)
    throw new Error(`${name} has text between its steps: ${gap ?? head}Fix: move it into a step.`);
  return {
    number,
    title: /^# (.+)$/m.exec(page)?.[1] ?? name,
    introduction: parts.slice(0, first - 1).join(""),
    steps: parts.slice(first, last + 1).map(readStep),
    check: parts.slice(last + 1).join(""),
  };
}

function readStep(part: string): Step {
  const [heading = "", id = "", title = ""] = stepHeading.exec(part) ?? [];
  const text = part.slice(heading.length);
  const items = /^<!-- items: (.+) -->$/m.exec(text)?.[1];
  return {
    id,
    title: title.charAt(0).toUpperCase() + title.slice(1),
    items: items?.split(" ") ?? [],
    text: text.replace(/^<!-- items: .*-->\n/m, "").trim(),
    commands: [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, commands = ""]) => commands.trimEnd()),
  };
}

/** Divides Markdown before each heading that matches, outside of code. */
function partsOf(markdown: string, heading: RegExp): string[] {
  let inCode = false;
  const parts = [""];
  for (const line of markdown.split(/(?<=\n)/)) {
    if (/^ *```/.test(line)) inCode = !inCode;
    if (!inCode && heading.test(line)) parts.push("");
    parts[parts.length - 1] += line;
  }
  return parts;
}
