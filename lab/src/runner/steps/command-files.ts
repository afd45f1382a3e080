import { constants } from "node:fs";
import { mkdir, open, realpath, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Part } from "@ecs-delivery/actions/core/card";

const names = {
  output: "GITHUB_OUTPUT",
  env: "GITHUB_ENV",
  path: "GITHUB_PATH",
  state: "GITHUB_STATE",
  summary: "GITHUB_STEP_SUMMARY",
  parts: "ECS_DELIVERY_SUMMARY",
  leftOut: "ECS_DELIVERY_LEFT_OUT",
} as const;

type FileName = keyof typeof names;

/** The files through which a step communicates with the runner. */
export interface CommandFiles {
  environment: Record<string, string>;
  /** Reads the step's output files. Throws when a file does not follow GitHub's format. */
  read(): Promise<StepWritings>;
}

export interface StepWritings {
  outputs: Record<string, string>;
  env: Record<string, string>;
  state: Record<string, string>;
  paths: string[];
  summary: StepSummary;
  /** A line of JSON for each, by the programs that stand in for others. */
  leftOut: { what: string; why: string }[];
}

/** A part of the summary of a job, written by one of its steps. */
export interface StepSummary {
  markdown: string;
  /** The same as data, where an action of this project wrote it. */
  parts: Part[];
}

/** @param directory of this step alone; made here */
export async function createCommandFiles(directory: string): Promise<CommandFiles> {
  await mkdir(directory, { recursive: true });
  const path = (name: FileName) => join(directory, name);
  // Never through a link that a step has made meanwhile.
  for (const name of Object.keys(names) as FileName[]) await writeFile(path(name), "", { flag: "wx" });
  const real = await realpath(directory);
  const text = async (name: FileName) => {
    // A step may replace its file or folder by a link to a file that only the runner can read, or by a pipe.
    const file = await open(path(name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    await using _ = file;
    if ((await realpath(directory)) !== real || !(await file.stat()).isFile())
      throw new Error(`${names[name]} must remain the file that the runner made`);
    return file.readFile("utf8");
  };
  return {
    environment: Object.fromEntries(
      (Object.keys(names) as FileName[]).map((name) => [names[name], path(name)]),
    ),
    read: async () => ({
      outputs: readPairs(await text("output"), names.output),
      env: readPairs(await text("env"), names.env),
      state: readPairs(await text("state"), names.state),
      paths: (await text("path")).split(/\r?\n/).filter((line) => line.trim() !== ""),
      summary: readSummary(await text("summary"), await text("parts")),
      leftOut: readLeftOut(await text("leftOut")),
    }),
  };
}

/** Leaves out what another program wrote into the file. */
function readLeftOut(data: string): StepWritings["leftOut"] {
  return data.split("\n").flatMap((line) => {
    try {
      const { what, why } = JSON.parse(line);
      return [{ what: String(what), why: String(why) }];
    } catch {
      return [];
    }
  });
}

function readSummary(markdown: string, data: string): StepSummary {
  try {
    const parts = data.split("\n").flatMap((line) => (line ? [JSON.parse(line) as Part] : []));
    if (parts.length > 0) return { markdown, parts };
  } catch {
    // Another program wrote into the file.
  }
  return { markdown, parts: markdown ? [markdown] : [] };
}

/** Changes every text of a summary, such as to hide secrets. */
export function mapTexts(summary: StepSummary, change: (text: string) => string): StepSummary {
  const map = (_: string, value: unknown) => (typeof value === "string" ? change(value) : value);
  return JSON.parse(JSON.stringify(summary), map) as StepSummary;
}

/** Reads `name=value` lines and `name<<DELIMITER` blocks. */
export function readPairs(text: string, file: string): Record<string, string> {
  const pairs: Record<string, string> = {};
  const lines = text.split(/\r?\n/);
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] as string;
    if (line === "") continue;
    const heredoc = line.indexOf("<<");
    const equals = line.indexOf("=");
    if (heredoc > 0 && (equals < 0 || heredoc < equals)) {
      const delimiter = line.slice(heredoc + 2);
      const end = lines.indexOf(delimiter, index + 1);
      if (end < 0)
        throw new Error(`${file}: no line '${delimiter}' ends the value of '${line.slice(0, heredoc)}'`);
      pairs[line.slice(0, heredoc)] = lines.slice(index + 1, end).join("\n");
      index = end;
    } else if (equals > 0) {
      pairs[line.slice(0, equals)] = line.slice(equals + 1);
    } else {
      throw new Error(`${file}: the line '${line}' is neither name=value nor name<<DELIMITER`);
    }
  }
  return pairs;
}
