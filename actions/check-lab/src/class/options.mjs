// @ts-check
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { defineOptions, Refusal } from "../../../../program/src/command-line.mjs";

const options = defineOptions({
  reports: {
    value: "FOLDER",
    help: "folder with the students' report.json files, in any folders",
  },
  repositories: {
    value: "FILE",
    help: "list of the students' Git repositories, one address a line; report.json is read from the branch check-lab, or from the default branch",
  },
  signer: {
    value: "OWNER/NAME@COMMIT",
    help: "count reports as proven that check-lab-report.yml of this repository made at this commit (or several, with commas); GitHub's command gh verifies it",
  },
  output: {
    value: "FOLDER",
    help: "folder for class.csv and class.html (default: the folder of the reports, or the current one)",
  },
});

/**
 * `npm run check-lab-class`, as the machine's own Node reads it before anything is installed.
 * @type {import("../../../../program/src/command-line.mjs").Command<typeof options>}
 */
export const command = {
  name: "check-lab-class",
  about:
    "Makes one table of a class from the reports of check-lab: students, phases, where they are stuck, since when. It needs --reports, --repositories or both.",
  options,
  notes:
    'Collect the reports first: gh run download --repo OWNER/REPOSITORY --name check-lab --dir reports/OWNER. With --signer and --repositories, the command downloads them. A report without proof is marked "self-reported".',
  check: async ({ reports, repositories, signer }) => {
    if (signer !== undefined && !/^[\w.-]+\/[\w.-]+@[0-9a-f]{40}(?:,[0-9a-f]{40})*$/.test(signer))
      throw new Refusal(
        `--signer is "${signer}"; expected OWNER/NAME@COMMIT with 40 digits, since tags and branches move. Fix: git ls-remote https://github.com/OWNER/NAME`,
      );
    if (reports === undefined && repositories === undefined)
      throw new Refusal(
        "--reports and --repositories are missing. Fix: --reports FOLDER or --repositories FILE",
      );
    if (reports !== undefined && !statSync(fromUser(reports), { throwIfNoEntry: false })?.isDirectory())
      throw new Refusal(`--reports: ${fromUser(reports)} is not a folder`);
    if (repositories !== undefined && !statSync(fromUser(repositories), { throwIfNoEntry: false })?.isFile())
      throw new Refusal(`--repositories: ${fromUser(repositories)} is not a file`);
  },
};

/**
 * npm runs the command in the clone.
 * @param {string} folder
 */
export function fromUser(folder) {
  return resolve(process.env.INIT_CWD ?? ".", folder);
}
