// @ts-check
import { nearest } from "../../../program/src/command-line.mjs";
import { wrap } from "../../../program/src/wrap.mjs";

/** @typedef {"customer" | "employee"} ServiceName */

/** @typedef {"standard" | "academy"} AccountKind */

/**
 * @typedef {object} Chapter
 * @property {string} name Name for `--chapters`.
 * @property {string} about One line for `--list`.
 * @property {readonly string[]} needs Earlier chapters that must run first; a selection includes them.
 * @property {readonly ServiceName[]} services Chapters of different services run in parallel, those of one service in
 * turn.
 * @property {readonly AccountKind[]} [accounts] Kinds of account whose whole story has the chapter; default is both.
 */

/** @typedef {(typeof chapterList)[number]["name"]} ChapterName */

const both = /** @type {const} */ (["customer", "employee"]);

/**
 * The whole story, in the order in which the chapters of a service follow each other.
 * @satisfies {readonly Chapter[]}
 */
export const chapterList = /** @type {const} */ ([
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
    about: "run the workflow that restores the previous release",
    needs: ["blue-green"],
    services: ["customer"],
    accounts: ["standard"],
  },
  {
    name: "broken-release",
    about: "push a release that crashes at start: the run is red, production is untouched",
    needs: ["first-release"],
    services: ["employee"],
    accounts: ["standard"],
  },
  {
    name: "canary",
    about: "push a slow release: a tenth of the visitors see it, then an alarm rolls it back",
    needs: ["first-release"],
    services: ["customer"],
    accounts: ["standard"],
  },
  {
    name: "cancel",
    about: "cancel a run during its deployment, which is rolled back",
    needs: ["first-release"],
    services: ["customer"],
    accounts: ["standard"],
  },
  {
    name: "pipeline",
    about: "deploy as the course teaches: CodeCommit, and a pipeline started by an image push",
    needs: ["first-release"],
    services: ["employee"],
  },
  {
    name: "source-ip",
    about: "allow only one address to reach /admin; a forged header does not help",
    needs: ["first-release"],
    services: ["employee"],
  },
  {
    name: "scaling",
    about: "measure one task and three under load with scale-test.yml",
    needs: ["first-release"],
    services: both,
  },
  {
    name: "autoscaling",
    about: "let AWS remove tasks under low load, and add them under high load",
    needs: ["scaling"],
    services: both,
    accounts: ["standard"],
  },
  {
    name: "check-lab",
    about: "check phases 5 to 9 of the course in this account with check-lab.yml",
    needs: ["pipeline", "source-ip", "scaling"],
    services: both,
    accounts: ["academy"],
  },
  {
    name: "teardown",
    about: "delete all stacks with their content, as at the end of a session",
    needs: ["provision"],
    services: both,
    accounts: ["academy"],
  },
]);

/**
 * The whole story in an account of this kind.
 * @param {AccountKind} account
 */
export function chaptersOf(account) {
  /** @type {readonly Chapter[]} */
  const all = chapterList;
  const fits = all.filter(({ accounts = ["standard", "academy"] }) => accounts.includes(account));
  return /** @type {ChapterName[]} */ (fits.map(({ name }) => name));
}

/**
 * Reads `--chapters`: the named chapters and those they need, in the order of the story. Throws for an unknown name.
 * @param {string} text
 */
export function selectChapters(text) {
  const names = chapterList.map(({ name }) => name);
  const wanted = new Set(text.split(",").map((name) => name.trim()));
  for (const name of wanted)
    if (!names.some((each) => each === name)) {
      const near = nearest(name, names);
      throw new Error(
        `has an unknown chapter, "${name}"${near ? `, did you mean ${near}?` : "."} Chapters: ${names.join(", ")}`,
      );
    }
  // Backwards, as a chapter needs earlier ones only.
  for (const { name, needs } of [...chapterList].reverse())
    if (wanted.has(name)) for (const each of needs) wanted.add(each);
  return names.filter((name) => wanted.has(name));
}

/**
 * A line for each chapter, with what it needs.
 * @param {number} [columns] of the terminal
 */
export function describeChapters(columns = Number.POSITIVE_INFINITY) {
  const indent = Math.max(...chapterList.map(({ name }) => name.length)) + 4;
  const lines = chapterList.map(({ name, about, needs }) => {
    const after = needs.length === 0 ? "" : ` (after ${needs.join(", ")})`;
    return wrap(`${`  ${name}`.padEnd(indent)}${about}${after}`, columns, indent);
  });
  return lines.join("\n");
}
