// @ts-check
import { defineOptions, oneOf, wholeNumber } from "../../../../program/src/command-line.mjs";

const options = defineOptions({
  phase: {
    value: "N,…",
    parse: phases,
    help: "check only these phases (default: all nine; 10: the exercises beyond the lab)",
  },
  repository: { value: "FOLDER", help: "your Git repository (default: the current folder)" },
  site: {
    value: "URL",
    help: "address of the site (default: the load balancer's name; offline http://127.0.0.1:20080)",
  },
  "browser-address": { value: "IP", help: "IPv4 address of your browser, for the rules of phase 9" },
  write: {
    help: "also add, change and delete one supplier through the employees' pages (default: only read)",
  },
  weights: {
    value: "FILE",
    help: "points by item (JSON or YAML), over those of actions/check-lab/weights.json",
  },
  threshold: {
    value: "PERCENT",
    parse: wholeNumber(0, 100),
    help: "least score for the exit code 0 (default 100)",
  },
  way: {
    value: "WAY",
    parse: oneOf("all", "console", "cli", "templates"),
    help: "which fixes to show: console, cli, templates, or all (default)",
  },
  student: { value: "NAME", help: "name in the report" },
  report: { value: "FOLDER", help: "also write report.json, junit.xml and badge.json into this folder" },
});

/**
 * `npm run check-lab`, as the machine's own Node reads it before anything is installed.
 * @type {import("../../../../program/src/command-line.mjs").Command<typeof options>}
 */
export const command = {
  name: "check-lab",
  about: `Checks the nine phases of the course lab in the account of the AWS credentials, in the repository and on the
site. It only reads, but for --write, and shows the fix of each fault.`,
  options,
  notes: `Exit code 0: the score reaches the threshold; 1: it does not; 2: the command could not start.
Offline, paste the lines that "npm run lab" or "npm run simulator" prints first.`.replaceAll("\n", " "),
};

/** @param {string} text */
function phases(text) {
  if (/^(?:10|[1-9])(?:,(?:10|[1-9]))*$/.test(text)) return text;
  throw new Error("is not a phase from 1 to 10, or a list such as 5,6");
}
