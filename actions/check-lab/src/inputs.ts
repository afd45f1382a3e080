import { existsSync } from "node:fs";
import { isIPv4 } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseData } from "../../core/data-file.ts";
import { type InputReader, readInputs } from "../../core/inputs.ts";
import { didYouMean } from "../../core/nearest-name.ts";
import { readTextFile } from "../../core/text-file.ts";
import defaults from "../weights.json" with { type: "json" };
import { type Way, ways } from "./item.ts";
import { type Phase, phase10, phases } from "./phases/phases.ts";
import { largestWeight, type Weights } from "./report.ts";

export interface CheckInputs {
  readonly phases: readonly Phase[];
  /** Folder of the student's Git repository. */
  readonly repository: string;
  readonly region: string;
  readonly site: string | undefined;
  readonly browserAddress: string | undefined;
  /** Whether to add, change and delete one supplier on the site. */
  readonly write: boolean;
  readonly weights: Weights;
  /** Per cent. */
  readonly threshold: number;
  readonly way: Way;
  readonly student: string;
  readonly outputFolder: string;
}

export function readCheckInputs(
  getInput?: (name: string) => string,
  environment: NodeJS.ProcessEnv = process.env,
): CheckInputs {
  return readInputs(
    (read) => ({
      phases: readPhases(read),
      repository: read.optional("repository") ? read.folder("repository") : ".",
      region: environment.AWS_REGION || environment.AWS_DEFAULT_REGION || "us-east-1",
      site: readSite(read),
      browserAddress: readBrowserAddress(read),
      write: read.boolean("write", false),
      weights: readWeights(read),
      threshold: read.integer("threshold", { min: 0, max: 100, fallback: 100 }),
      way: read.choice("way", ways, "all"),
      student: read.optional("student") ?? (environment.GITHUB_REPOSITORY || "this account"),
      outputFolder: read.optional("output-folder") ?? join(environment.RUNNER_TEMP ?? tmpdir(), "check-lab"),
    }),
    getInput,
  );
}

function readPhases(read: InputReader): Phase[] {
  const names = read.names("phases");
  const all = [...phases, phase10];
  const known = all.map(({ number }) => `${number}`);
  for (const name of names.filter((name) => !known.includes(name)))
    read.problem(`Input phases has "${name}"; allowed: ${known.join(", ")}`);
  return names.length === 0 ? [...phases] : all.filter(({ number }) => names.includes(`${number}`));
}

function readSite(read: InputReader): string | undefined {
  const given = read.optional("site");
  if (!given || (/^https?:\/\/[^/]/.test(given) && URL.canParse(given))) return given;
  read.problem(`Input site is "${given}"; expected an address such as http://shop.example.com`);
  return undefined;
}

function readBrowserAddress(read: InputReader): string | undefined {
  const given = read.optional("browser-address");
  if (given && !isIPv4(given))
    read.problem(`Input browser-address is "${given}"; expected an IPv4 address such as 203.0.113.7`);
  return given;
}

/** Weights of the file, which may be a part, over the default ones. */
function readWeights(read: InputReader): Weights {
  const file = read.optionalFile("weights");
  if (!file || !existsSync(file)) return defaults;
  const given = parseData(readTextFile(file), file);
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    read.problem(`Input weights: ${file} is not an object of numbers by item`);
    return defaults;
  }
  for (const [id, weight] of Object.entries(given)) {
    if (!Object.hasOwn(defaults, id))
      read.problem(
        `Input weights: ${file} has the unknown item "${id}"${didYouMean(id, Object.keys(defaults))}`,
      );
    else if (typeof weight !== "number" || !(weight >= 0 && weight <= largestWeight))
      read.problem(`Input weights: ${id} in ${file} must be a number from 0 to ${largestWeight}`);
  }
  return { ...defaults, ...given };
}
