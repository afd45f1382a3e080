import { join } from "node:path";
import type { StandInStep } from "./stand-in.ts";

/** Returns the versions that a step asks for, in an input, or in a file that has a version at the start of a line. */
export async function wantedVersions(step: StandInStep, input: string): Promise<string[]> {
  const file = step.input(`${input}-file`) || step.input(`${input}_file`);
  const given = step
    .input(input)
    .split("\n")
    .map((each) => each.trim());
  if (given[0] || !file) return given.filter(Boolean);
  const text = await step.read(join(step.workspace, file));
  if (text === undefined) throw new Error(`The specified version file at: ${file} does not exist`);
  // `.nvmrc`, `.tool-versions`, `go.mod`
  const [, version] = /^(?:[a-z]+[ \t=]+)?v?(\d[\w.]*)/m.exec(text) ?? [];
  return version ? [version] : [];
}

/** Returns whether a version is in a range. A name such as `latest` or `lts/*` is every version. */
export function isSatisfiedBy(wanted: string, have: string): boolean {
  const [, operator = "", version = ""] = /^([~^>=<]*)\s*v?(\d.*)$/.exec(wanted) ?? [];
  if (operator.startsWith(">")) return have.localeCompare(version, "en", { numeric: true }) >= 0;
  const numbers = version.split(".").filter((part) => part && !/^[x*]$/i.test(part));
  if (operator) numbers.splice(operator === "^" ? 1 : Math.max(1, numbers.length - 1));
  return numbers.every((part, index) => have.split(".")[index] === part);
}
