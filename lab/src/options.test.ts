import { join } from "node:path";
import { parseCommandLine } from "@ecs-delivery/program/command-line";
import { taskRuntimeKinds } from "@ecs-delivery/simulator/runtime/tasks/runtime";
import { expect, it } from "vitest";
import { command, withDefaults } from "./options.mjs";
import { chapterList } from "./story/chapter-list.mjs";
import { checkVariables } from "./story/check-before-start.mjs";
import { startSimulatorProcess } from "./story/simulator-process.ts";

const everyChapter = chapterList.map(({ name }) => name);
const standardChapters = everyChapter.filter((name) => name !== "check-lab" && name !== "teardown");

it.each([
  [[], false],
  [["--once"], true],
])("the rehearsal has defaults: %j", (argv, once) => {
  expect(withDefaults(parseCommandLine(command, argv))).toEqual({
    ...{ account: "standard", chapters: standardChapters, database: "local", visitors: 10, once },
    ...{ port: 4566, pagePort: 4567, listenerOffset: 20_000, variables: {} },
    ...{ runtime: undefined, timeScale: undefined },
  });
});

it("selected chapters include those they need, and run once", () => {
  const values = parseCommandLine(command, ["--chapters", "rollback, source-ip"]);
  expect(withDefaults(values)).toMatchObject({
    once: true,
    listenerOffset: 20_000,
    chapters: ["provision", "first-release", "blue-green", "rollback", "source-ip"],
  });
});

it("--account academy has the chapters of a session in the course", () => {
  const { chapters, ...values } = withDefaults(parseCommandLine(command, ["--account", "academy", "--once"]));
  expect(values).toMatchObject({ account: "academy", visitors: 0 });
  expect(chapters.join(" ")).toBe(
    "provision first-release blue-green pipeline source-ip scaling check-lab teardown",
  );
});

it("--service-time selects processes, which alone can have one", () => {
  const values = withDefaults(parseCommandLine(command, ["--service-time", "10", "--query-time=8"]));
  expect(values).toMatchObject({ runtime: "process", serviceTime: 10, queryTime: 8 });
});

it.each([
  [["--clinic"], { name: "" }],
  [["--clinic", "--seed", "monday"], { name: "", seed: "monday" }],
  [["--port", "0", "--clinic", "coin-toss"], { name: "coin-toss" }],
])("--clinic needs no name, and opens the course's account: %j", (argv, clinic) => {
  expect(withDefaults(parseCommandLine(command, argv))).toMatchObject({ account: "academy", clinic });
});

it("--var gives the repository variables, the last value of each", () => {
  const argv = ["--var", "deployment_config=A", "--var", "DEPLOYMENT_CONFIG=B=C", "--var=ENVIRONMENT="];
  expect(withDefaults(parseCommandLine(command, argv)).variables).toEqual({
    DEPLOYMENT_CONFIG: "B=C",
    ENVIRONMENT: "",
  });
});

it("--var is refused for a variable that no workflow reads", () => {
  const project = join(import.meta.dirname, "../..");
  checkVariables(project, ["DEPLOYMENT_CONFIG", "DEPLOY_THROUGH"]);
  expect(() => checkVariables(project, ["DEPLOYMENT_CONFG"])).toThrow(
    "no workflow reads the variable DEPLOYMENT_CONFG, did you mean DEPLOYMENT_CONFIG? Variables: ADMIN_SOURCE_IPS, ",
  );
});

it("--list describes every chapter within the width of the terminal", () => {
  const lines = command.print?.({ list: true }, 60)?.split("\n") ?? [];
  for (const chapter of everyChapter)
    expect(lines.some((line) => line.startsWith(`  ${chapter} `))).toBe(true);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
});

it.each([
  [["--port", "70000"], '--port: "70000" is not a whole number from 0 to 65535'],
  [["--listener-offset", "60000"], '--listener-offset: "60000" is not a whole number from 0 to 57455'],
  [["--time-scale", "0"], '--time-scale: "0" is not a whole number from 1 to 10000'],
  [
    ["--chapters", "provision,rolback"],
    '"provision,rolback" has an unknown chapter, "rolback", did you mean rollback? Chapters: provision, first-release',
  ],
  [["--var", "DEPLOYMENT_CONFIG"], '--var: "DEPLOYMENT_CONFIG" is not NAME=VALUE'],
  [["--var", "2nd=x"], '--var: "2nd=x" has a name that GitHub refuses'],
  [["--var", "GITHUB_TOKEN=x"], '--var: "GITHUB_TOKEN=x" has a name that GitHub refuses'],
  [["--var", "aws_region=x"], '--var: "aws_region=x" has the name AWS_REGION, which the rehearsal sets'],
  [["--account", "acadmy"], `--account: "acadmy" is not one of standard, academy`],
  [["--visitors", "-1"], '--visitors: "-1" is not a whole number from 0 to 1000'],
  [["--database", "x"], '--database: "x" is not one of local, docker'],
  [["--runtime", "podman"], `--runtime: "podman" is not one of ${taskRuntimeKinds.join(", ")}`],
])("the rehearsal refuses %j", (argv, message) => {
  expect(() => parseCommandLine(command, argv)).toThrow(message);
});

it("the clinic is refused where the services are not, as in the npm package", async () => {
  await expect(async () => command.check?.({ clinic: "" }, import.meta.dirname)).rejects.toThrow(
    "Fix: npm run lab -- --clinic, in a clone of the project",
  );
  await expect(async () => command.check?.({ seed: "a" }, import.meta.dirname)).rejects.toThrow(
    "Fix: add --clinic",
  );
});

it("a simulator is not started for a lab that has ended", async () => {
  const ends = new AsyncDisposableStack();
  await ends.disposeAsync();
  const start = startSimulatorProcess({ temporaryDirectory: "/no/folder" } as never, ends);
  await expect(start).rejects.toThrow("the lab has ended");
});
