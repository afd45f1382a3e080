// Imports nothing, so that --list and --help work before any package is installed.

export type ServiceName = "customer" | "employee";

export interface Chapter {
  /** What `--chapters` takes. */
  readonly name: string;
  /** One line for `--list`. */
  readonly about: string;
  /** Earlier chapters that have to come before; a selection gets them too. */
  readonly needs: readonly string[];
  /** Chapters of different services run side by side, those of one service in turn. */
  readonly services: readonly ServiceName[];
}

const both = ["customer", "employee"] as const;

/** The whole story, in the order in which the chapters of a service follow each other. */
export const chapterList = [
  {
    name: "provision",
    about: "create the eleven CloudFormation stacks with the real workflow and action",
    needs: [],
    services: both,
  },
  {
    name: "first-release",
    about: "deploy both services, each after a task that migrates the database",
    needs: ["provision"],
    services: both,
  },
  {
    name: "blue-green",
    about: "push a new heading: only customer is deployed, from blue to green, under load",
    needs: ["first-release"],
    services: ["customer"],
  },
  {
    name: "rollback",
    about: "run the workflow that brings the release before back",
    needs: ["blue-green"],
    services: ["customer"],
  },
  {
    name: "broken-release",
    about: "push a release that crashes at start: the run is red, production is untouched",
    needs: ["first-release"],
    services: ["employee"],
  },
  {
    name: "canary",
    about: "push a slow release: a tenth of the visitors meet it, then an alarm takes it back",
    needs: ["first-release"],
    services: ["customer"],
  },
  {
    name: "cancel",
    about: "cancel a run during its deployment, which is rolled back",
    needs: ["first-release"],
    services: ["customer"],
  },
  {
    name: "pipeline",
    about: "deploy as the course does: CodeCommit, and a pipeline that a pushed image starts",
    needs: ["first-release"],
    services: ["employee"],
  },
  {
    name: "source-ip",
    about: "let only one address reach /admin; a header changes nothing about it",
    needs: ["first-release"],
    services: ["employee"],
  },
  {
    name: "scaling",
    about: "measure one task and three under load with the workflow for it",
    needs: ["first-release"],
    services: both,
  },
  {
    name: "autoscaling",
    about: "let AWS remove tasks when there is little to do, and add them for a crowd",
    needs: ["scaling"],
    services: both,
  },
] as const satisfies readonly Chapter[];

export type ChapterName = (typeof chapterList)[number]["name"];

/** Reads `--chapters`: the named chapters and those they need, in the order of the story. Throws for an unknown name. */
export function selectChapters(names: string): ChapterName[] {
  const wanted = new Set(names.split(",").map((name) => name.trim()));
  const unknown = [...wanted].find((name) => !chapterList.some((chapter) => chapter.name === name));
  if (unknown !== undefined)
    throw new Error(`--chapters: "${unknown}" is not a chapter; these are:\n\n${describeChapters()}`);
  // Backwards, as a chapter needs earlier ones only.
  for (const { name, needs } of chapterList.toReversed())
    if (wanted.has(name)) for (const each of needs) wanted.add(each);
  return chapterList.map(({ name }) => name).filter((name) => wanted.has(name));
}

/** A line for each chapter, with what it needs. */
export function describeChapters(): string {
  const width = Math.max(...chapterList.map(({ name }) => name.length));
  const lines = chapterList.map(({ name, about, needs }) => {
    const after = needs.length === 0 ? "" : ` (after ${needs.join(", ")})`;
    return `  ${name.padEnd(width)}  ${about}${after}`;
  });
  return lines.join("\n");
}
