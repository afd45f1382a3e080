// @ts-check
import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { defineOptions, Refusal } from "../../../../scripts/run/command-line.mjs";

const options = defineOptions({
  reports: {
    value: "FOLDER",
    help: "folder with the students' report.json files, in any folders (required)",
  },
  output: {
    value: "FOLDER",
    help: "folder for class.csv and class.html (default: the folder of the reports)",
  },
});

/**
 * `npm run check-lab-class`, as the machine's own Node reads it before anything is installed.
 * @type {import("../../../../scripts/run/command-line.mjs").Command<typeof options>}
 */
export const command = {
  name: "check-lab-class",
  about:
    "Makes one table of a class from the reports of check-lab: students, phases, where they are stuck, since when.",
  options,
  notes:
    "Collect the reports first: gh run download --repo OWNER/REPOSITORY --name check-lab --dir reports/OWNER",
  check: async ({ reports }) => {
    if (reports === undefined) throw new Refusal("--reports is missing. Fix: --reports FOLDER");
    const folder = fromUser(reports);
    if (!existsSync(folder) || !statSync(folder).isDirectory())
      throw new Refusal(`--reports: ${folder} is no folder`);
  },
};

/**
 * npm runs the command in the clone.
 * @param {string} folder
 */
export function fromUser(folder) {
  return resolve(process.env.INIT_CWD ?? ".", folder);
}
