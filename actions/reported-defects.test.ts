import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

/** What was found wrong in the actions that people would otherwise use, and what shows that it is not so here. */
interface Defect {
  readonly number: number;
  readonly what: string;
  /** Files of tests, each with words of those that show it. */
  readonly shownBy: { readonly [file: string]: readonly string[] };
}

const deployTests = "deploy-service/src/reported-defects.test.ts";
const renderTests = "render-task-definition/src/reported-defects.test.ts";
const row = (name: string) => `deploy-service/src/fault-matrix/rows/${name}.ts`;

const defects: readonly Defect[] = [
  {
    number: 1,
    what: "the end of a deployment is seen minutes late, or never: false time-outs",
    shownBy: { [deployTests]: ["with a deadline of %i min, a deployment of %i min"] },
  },
  {
    number: 2,
    what: "a deployment group without wait fields is waited for NaN minutes",
    shownBy: { [deployTests]: ["a group without wait fields has a deadline all the same"] },
  },
  {
    number: 3,
    what: "desired-count and force are ignored under CODE_DEPLOY",
    shownBy: { [deployTests]: ["force deploys what runs already", "desired-count is what runs afterwards"] },
  },
  {
    number: 4,
    what: "a failure tells no lifecycle event, stop reason or log",
    shownBy: {
      [row("tasks-fail")]: ["exited with code 1: Error: cannot read the menu", "exited with code 137"],
      [row("tasks-never-start")]: ["CannotPullContainerError"],
      [row("deployment-fails")]: ["AfterAllowTestTraffic failed"],
    },
  },
  {
    number: 5,
    what: "a native blue/green with a long bake turns red although traffic has shifted",
    shownBy: { [deployTests]: ["wait-until traffic-shifted is green before the bake, complete after it"] },
  },
  {
    number: 6,
    what: "a service scaled to 0 is verified",
    shownBy: { [row("service-not-as-needed")]: ['fault: "service scaled to 0"'] },
  },
  {
    number: 7,
    what: "a rollback has no reason and no alarm",
    shownBy: { [row("deployment-fails")]: ["Alarm errors went off during the deployment"] },
  },
  {
    number: 8,
    what: "every run registers a new revision",
    shownBy: { [deployTests]: ["the same again registers nothing"] },
  },
  {
    number: 9,
    what: "the wait for CodeDeploy ignores how long traffic shifts",
    shownBy: { [deployTests]: ["a linear shift of 27 minutes is waited for"] },
  },
  {
    number: 10,
    what: "a cancelled job leaves its deployment running",
    shownBy: { [row("ended-from-outside")]: ["cancelledBy", 'fault: "cancelled by SIGKILL"'] },
  },
  {
    number: 11,
    what: "values are cut at the second =",
    shownBy: { [renderTests]: ["values of labels and log options keep what follows a second ="] },
  },
  {
    number: 12,
    what: "commands are split on blanks, whatever is quoted",
    shownBy: { [renderTests]: ["commands may be quoted as for a shell", "commands may be a JSON array"] },
  },
  {
    number: 13,
    what: "names of containers are not trimmed, and not named in errors",
    shownBy: {
      [renderTests]: ["names of containers are trimmed"],
      "render-task-definition/src/edit-containers.test.ts": [
        'names the container "wbe" \\(.*taskdef\\.json has "web", "side"',
      ],
    },
  },
  {
    number: 14,
    what: "YAML is refused",
    shownBy: { [renderTests]: ["a task definition may be YAML with comments"] },
  },
  {
    number: 15,
    what: "all containers get one image",
    shownBy: { [renderTests]: ["each container has an image of its own"] },
  },
  {
    number: 16,
    what: "environment can only be merged",
    shownBy: { [renderTests]: ["environment can be replaced", "environment can be removed"] },
  },
  {
    number: 17,
    what: "a rollback of ECS, successful or failed, is green",
    shownBy: {
      "deploy-service/src/ecs/snapshot.test.ts": [
        '["ROLLBACK_SUCCESSFUL", "rolled-back"]',
        '["ROLLBACK_FAILED", "failed"]',
      ],
      [row("tasks-fail")]: ['status: "rolled-back"'],
    },
  },
  {
    number: 18,
    what: "a time-out of a stack is a warning, and green",
    shownBy: { "provision-stack/src/deadline.test.ts": ["is red, says how far it is"] },
  },
];

test("all eighteen are there", () => {
  expect(defects.map(({ number }) => number)).toEqual(Array.from({ length: 18 }, (_, index) => index + 1));
});

test.each(defects)("$number, $what: shown not to be so by tests that are there", async ({ shownBy }) => {
  const absent = Object.entries(shownBy).map(async ([file, words]) => {
    const text = await readFile(new URL(file, import.meta.url), "utf8");
    return words.filter((each) => !text.includes(each)).map((each) => `${file} no longer says: ${each}`);
  });
  expect((await Promise.all(absent)).flat()).toEqual([]);
});
