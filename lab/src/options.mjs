// @ts-check
import { defineOptions, oneOf, wholeNumber } from "../../program/src/command-line.mjs";
import { databaseOption } from "../../program/src/database.mjs";
import { checkClinicOptions, clinicOptions } from "./course/clinic/options.mjs";
import { checkBeforeCourse, checkCourseOptions, courseOptions, workFolder } from "./course/start/options.mjs";
import { chaptersOf, describeChapters, selectChapters } from "./story/chapter-list.mjs";
import { checkBeforeStart, checkVariables, repositoryVariable } from "./story/check-before-start.mjs";

const options = defineOptions({
  once: { help: "provision, deploy, change a page under load, try a broken release, report, exit" },
  account: {
    value: "A",
    parse: oneOf("standard", "academy"),
    help: "kind of account: standard, or academy as in the course, with its VPC, database and roles (default standard)",
  },
  chapters: {
    value: "A,B,…",
    parse: selectChapters,
    help: "run only these chapters, and those they need, then exit",
  },
  list: { help: "list the chapters" },
  runtime: {
    value: "R",
    parse: oneOf("process", "docker"),
    help: "docker: a container per task on this machine's engine; process: a child process per task (default docker if an engine responds, else process)",
  },
  database: databaseOption,
  port: {
    value: "N",
    parse: wholeNumber(0, 65_535),
    help: "port of the simulated AWS (default 4566, 0 selects a free one)",
  },
  "page-port": {
    value: "N",
    parse: wholeNumber(0, 65_535),
    help: "port of the live page (default: the port after --port)",
  },
  "listener-offset": {
    value: "N",
    // The test listener's port, 8080, has to fit as well.
    parse: wholeNumber(0, 65_535 - 8080),
    help: "the load balancer's port P is served on 127.0.0.1:(P + N) (default 20000)",
  },
  visitors: {
    value: "N",
    parse: wholeNumber(0, 1000),
    help: "requests per second to the sites of a lab that stays up (default 10, none in an account of kind academy)",
  },
  var: {
    value: "NAME=VALUE",
    multiple: true,
    parse: repositoryVariable,
    help: "a variable of the repository, as under Settings → Secrets and variables → Actions; may be given several times: --var DEPLOYMENT_CONFIG=CodeDeployDefault.ECSLinear10PercentEvery1Minutes",
  },
  "service-time": {
    value: "MS",
    parse: wholeNumber(1, 10_000),
    help: "each request takes a task with one vCPU MS milliseconds, one with 512 CPU units twice as long, whatever this machine's speed; tasks run as processes",
  },
  "query-time": {
    value: "MS",
    parse: wholeNumber(1, 10_000),
    help: "each statement takes the database MS milliseconds, one after another",
  },
  "time-scale": {
    value: "N",
    parse: wholeNumber(1, 10_000),
    help: "AWS's waits pass N times faster than real time (default 60; with --once 150, or 100 with containers)",
  },
  ...courseOptions,
  ...clinicOptions,
});

/**
 * `npm run lab`, as the machine's own Node reads it before anything is installed.
 * @type {import("../../program/src/command-line.mjs").Command<typeof options>}
 */
export const command = {
  name: "lab",
  about: `Rehearses the delivery of this repository's last commit on a simulated AWS: provisions, deploys, and stays up
for "git push lab"; Ctrl-C ends it. With --once it runs the whole story and writes .lab/report.json. With --course it
opens the course instead, at its beginning or at a phase. With --clinic it breaks the finished lab for you to repair.`,
  options,
  print: ({ list }, columns) => (list ? describeChapters(columns) : undefined),
  check: async (values, project) => {
    const { port, pagePort, listenerOffset, variables, course } = withDefaults(values);
    checkCourseOptions(values);
    checkClinicOptions(values, project);
    const ofListeners = [80, 8080, ...(course ? [monolithPort] : [])];
    const ports = [
      { port, option: "--port" },
      { port: pagePort, option: "--page-port" },
      ...ofListeners.map((each) => ({ port: each + listenerOffset, option: "--listener-offset" })),
    ];
    if (course) return checkBeforeCourse(course.folder, ports);
    await checkBeforeStart(project, ports);
    checkVariables(project, Object.keys(variables));
  },
};

/** Requests per second. */
export const defaultVisitors = 10;

/** The monolith's port 80 is on this machine as 81 of a load balancer would be. */
export const monolithPort = 81;

/** @typedef {ReturnType<typeof withDefaults>} LabOptions */

/** @param {import("./course/start/options.mjs").CourseValues & { once?: boolean, account?: import("./story/chapter-list.mjs").AccountKind, chapters?: import("./story/chapter-list.mjs").ChapterName[], runtime?: "process" | "docker", database?: "local" | "docker", visitors?: number, port?: number, "page-port"?: number, "listener-offset"?: number, var?: [name: string, value: string][], "service-time"?: number, "query-time"?: number, "time-scale"?: number, clinic?: string, seed?: string }} values */
export function withDefaults(values) {
  const once = values.once ?? values.chapters !== undefined;
  const port = values.port ?? 4566;
  const account = values.account ?? (values.clinic === undefined ? "standard" : "academy");
  return {
    once,
    account,
    chapters: values.chapters ?? chaptersOf(account),
    /** Undefined selects the one that this machine supports. */
    runtime: values.runtime ?? (values["service-time"] === undefined ? undefined : "process"),
    serviceTime: values["service-time"],
    queryTime: values["query-time"],
    database: values.database ?? "local",
    visitors: values.visitors ?? (account === "academy" ? 0 : defaultVisitors),
    port,
    // A free port is selected for both.
    pagePort: values["page-port"] ?? (port === 0 ? 0 : port + 1),
    listenerOffset: values["listener-offset"] ?? 20_000,
    /** Variables of the repository that the user gave. @type {Record<string, string>} */
    variables: Object.fromEntries(values.var ?? []),
    /** Undefined selects the one of the runtime. */
    timeScale: values["time-scale"],
    /** Undefined without it; an empty name leaves the choice to the seed. */
    clinic: values.clinic === undefined ? undefined : { name: values.clinic, seed: values.seed },
    /** Undefined for a rehearsal of this repository. */
    course: values.course ? { folder: workFolder(values), way: values.way, phase: values.phase } : undefined,
  };
}
