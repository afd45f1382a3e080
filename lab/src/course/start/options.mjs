// @ts-check
// Read by the machine's own Node before anything is installed, as the lab's options are.
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { defineOptions, oneOf, Refusal, wholeNumber } from "../../../../program/src/command-line.mjs";
import { writeProblem } from "../../../../program/src/packages.mjs";
import { requireFreePorts } from "../../../../program/src/processes.mjs";
import { refuseSecondRehearsal } from "../../story/check-before-start.mjs";

export const ways = /** @type {const} */ (["cli", "console", "templates"]);

export const courseOptions = defineOptions({
  course: { help: "the course's account in its first minute, the monolith, and a folder to work in" },
  way: {
    value: "WAY",
    parse: oneOf(...ways),
    help: `with --course: ${ways.join(", ")}; asked once, cli where no terminal can be asked`,
  },
  phase: {
    value: "N",
    parse: wholeNumber(1, 10),
    help: "with --course: begin at this phase; everything of the phases before it is made",
  },
  work: {
    value: "FOLDER",
    help: "with --course: a new folder, or one of an earlier course to go on with (default microservices)",
  },
});

/** @typedef {import("../../../../program/src/command-line.mjs").Values<typeof courseOptions>} CourseValues */

/** Options of the rehearsal that a course does not have. */
const others = ["once", "account", "chapters", "var", "visitors"];

/**
 * npm starts its scripts in the clone's folder, and gives the user's own as INIT_CWD.
 * @param {CourseValues} values
 */
export const workFolder = ({ work = "microservices" }) => resolve(process.env.INIT_CWD ?? ".", work);

/** Holds what a course keeps over its restarts. @param {string} folder */
export const courseFile = (folder) => join(folder, ".lab", "course.json");

/**
 * Refuses options that do not go together.
 * @param {CourseValues & Record<string, any>} values
 */
export function checkCourseOptions(values) {
  if (!values.course) {
    const given = Object.keys(courseOptions).find((name) => values[name] !== undefined);
    if (given) throw new Refusal(`--${given} goes with --course only. Fix: add --course`);
    return;
  }
  const given = others.find((name) => values[name] !== undefined);
  if (given) throw new Refusal(`--${given} does not go with --course. Fix: leave one of them out`);
}

/**
 * Refuses to start a course before anything is created.
 * @param {string} folder
 * @param {readonly { port: number, option: string }[]} ports
 */
export async function checkBeforeCourse(folder, ports) {
  const fix = "Fix: --work with a new folder, or with that of an earlier course";
  const problem = writeProblem(folder);
  if (problem) throw new Refusal(`${folder} is ${problem} (--work). ${fix}`);
  const entries = existsSync(folder) ? readdirSync(folder).filter((name) => name !== ".lab") : [];
  if (entries.length > 0 && !existsSync(courseFile(folder)))
    throw new Refusal(`${folder} is not empty, and no course began there (--work). ${fix}`);
  refuseSecondRehearsal(folder);
  await requireFreePorts(ports);
}
