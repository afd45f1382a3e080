import { once } from "node:events";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { checkLab } from "@ecs-delivery/actions/check-lab/src/check";
import { openLabOf } from "@ecs-delivery/actions/check-lab/src/lab";
import { phase10, phases } from "@ecs-delivery/actions/check-lab/src/phases/phases";
import type { Report } from "@ecs-delivery/actions/check-lab/src/report";
import weights from "@ecs-delivery/actions/check-lab/weights.json" with { type: "json" };
import { systemClock } from "@ecs-delivery/actions/core/pace";
import type { Step } from "@ecs-delivery/lab/course/guide";
import { type CourseState, openCourse } from "@ecs-delivery/lab/course/progress/course";
import { type Guides, type Language, readGuides } from "@ecs-delivery/lab/course/progress/guides";
import { requiredOf } from "@ecs-delivery/lab/course/progress/steps";
import { splitMonolith } from "@ecs-delivery/lab/course/start/split";
import { courseTab } from "@ecs-delivery/lab/page/course-tab";
import { openPageClients, startPage } from "@ecs-delivery/live/page";
import {
  defineOptions,
  oneOf,
  parseCommandLine,
  Refusal,
  wholeNumber,
} from "@ecs-delivery/program/command-line";
import { wrap } from "@ecs-delivery/program/wrap";
import { printText } from "../terminal/print-text.ts";
import { openTerminal, plain, type Terminal } from "../terminal/style.ts";

/** Shows the steps of the course for the environment's account: on a page, or once as text. Resolves to the exit code. */
export async function courseCommand(argv: readonly string[]): Promise<number> {
  const values = parseCommandLine(command, argv);
  const terminal = openTerminal(process.stdout, process.env);
  if (printText(command, values, terminal)) return 0;
  const { way = "cli", language = "en", phase, port = 4567 } = values;
  const guides = await readGuides(join(import.meta.dirname, "../../../docs/lab"), way);
  const known = guides.pages.en.map(({ number }) => number);
  if (phase !== undefined && !known.includes(phase))
    throw new Refusal(
      `course: the guide has no phase ${phase}. Fix: --phase with one of ${known.join(", ")}`,
    );
  const { AWS_REGION, AWS_DEFAULT_REGION, XDG_STATE_HOME } = process.env;
  const region = AWS_REGION || AWS_DEFAULT_REGION || "us-east-1";
  const repository = resolve(values.repository ?? ".");
  if (!existsSync(repository))
    throw new Refusal(`course: ${repository} does not exist. Fix: --repository with your Git repository`);
  const lab = { region, repository, site: values.site, browserAddress: values["browser-address"] };
  const account = await readAccountId(lab);
  let report: Report | undefined;
  const course = openCourse({
    ...{ guides, from: phase ?? 1, files: await splitMonolith() },
    state: join(XDG_STATE_HOME || join(homedir(), ".local/state"), `ecs-delivery/course-${account}.json`),
    async check(signal, onItem) {
      const settings = { phases: [...phases, phase10], weights, student: "this account", now: Date.now };
      report = await checkLab(openLabOf(lab), { ...settings, signal, onItem });
      return report;
    },
  });
  if (values.once || values.json) {
    await course.check();
    await course.close();
    const shown = describe(guides, language, phase, course.state(), report);
    if (values.json) console.log(JSON.stringify({ account, region, way, ...shown }, null, 2));
    else printSteps(shown, terminal);
    return shown.isDone ? 0 : 1;
  }
  const page = await startPage({
    ...{ clients: openPageClients({}), region, port, clock: systemClock },
    extensions: [courseTab(course, guides)],
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EADDRINUSE") throw error;
    throw new Refusal(`course: port ${port} is in use. Fix: --port 0 selects a free one.`);
  });
  const address = page.operatorAddress.replace("/?", `/course${phase ? `/${phase}` : ""}?lang=${language}&`);
  terminal.print(`The course in account ${account}, ${region}: ${terminal.style.bold(address)}`);
  terminal.print(terminal.style.dim("The page only reads the account. Ctrl-C ends it."));
  await Promise.race(["SIGINT", "SIGTERM", "SIGHUP"].map((signal) => once(process, signal)));
  await page.close();
  return 0;
}

function readAccountId(lab: Parameters<typeof openLabOf>[0]): Promise<string> {
  return openLabOf(lab)
    .account.id()
    .catch((cause: Error) => {
      throw new Refusal(
        `course: the account cannot be read: ${cause.message}. Fix: set the keys of the account (in AWS Academy: AWS Details), and the region, then start again`,
        { cause },
      );
    });
}

type Shown = ReturnType<typeof describe>;

/** The steps with what fails in each. Steps that only their reader can judge do not count. */
function describe(
  { pages, way }: Guides,
  language: Language,
  only: number | undefined,
  { steps: statuses, problem, next, checkedAt }: CourseState,
  report: Report | undefined,
) {
  const items = new Map(report?.phases.flatMap((phase) => phase.items).map((item) => [item.id, item]));
  const faultsOf = (step: Step) =>
    requiredOf(step)
      .flatMap((id) => items.get(id) ?? [])
      .filter(({ status }) => status !== "pass")
      .map(({ fix, weight, points, ...item }) => ({ ...item, fix: fix?.[way] }));
  const wanted = pages[language].filter(({ number }) => only === undefined || number === only);
  const phases = wanted.map(({ number, title, steps }) => ({
    ...{ number, title },
    steps: steps.map((step) => {
      const status = statuses[step.id] ?? "open";
      return { id: step.id, title: step.title, status, faults: faultsOf(step) };
    }),
  }));
  const checked = wanted.flatMap(({ steps }) => steps).filter((step) => requiredOf(step).length > 0);
  const isDone = !problem && checked.every(({ id }) => statuses[id] === "done");
  return { checkedAt, isDone, problem: problem?.cause, next, phases };
}

const marks = { done: "✓", open: "•", locked: "·", broken: "✗" } as const;

function printSteps({ phases, problem, next }: Shown, { print, style, columns }: Terminal): void {
  const line = (text: string, indent: number) =>
    print(wrap(`${" ".repeat(indent)}${plain(text)}`, columns, indent));
  for (const { title, steps } of phases) {
    print(style.bold(title));
    for (const { id, title, status, faults } of steps) {
      line(`${marks[status]} ${id} ${title}${status === "broken" ? " (was done)" : ""}`, 2);
      // Later steps have many faults, and none of them is next.
      if (status === "locked") continue;
      for (const { id, title, evidence, waitsFor, fix } of faults) {
        line(`${id} ${title}: ${evidence}${waitsFor ? `; waits for ${waitsFor.join(", ")}` : ""}`, 6);
        if (fix) line(`Fix: ${fix}`, 8);
      }
    }
  }
  const statuses = phases.flatMap(({ steps }) => steps.map(({ status }) => status));
  const done = statuses.filter((status) => status === "done").length;
  if (problem) line(`Not everything could be checked: ${problem}`, 0);
  line(`${done} of ${statuses.length} steps are done.${next ? ` Next: ${next}` : ""}`, 0);
}

const options = defineOptions({
  way: {
    value: "WAY",
    parse: oneOf("cli", "console", "templates"),
    help: "how you work: cli (default), console or templates",
  },
  language: { value: "L", parse: oneOf("en", "fr"), help: "language of the guide: en (default) or fr" },
  phase: { value: "N", parse: wholeNumber(1, 99), help: "begin with this phase; with --once, show only it" },
  once: { help: "check once, print the steps, and exit" },
  json: { help: "the same as one JSON object" },
  repository: { value: "FOLDER", help: "your Git repository (default: the current folder)" },
  site: { value: "URL", parse: address, help: "address of the site (default: the load balancer's name)" },
  "browser-address": { value: "IP", help: "IPv4 address of your browser, for the rules of phase 9" },
  port: {
    value: "N",
    parse: wholeNumber(0, 65_535),
    help: "port of the page (default 4567, 0 selects a free one)",
  },
});

function address(text: string): string {
  if (/^https?:\/\/[^/]/.test(text) && URL.canParse(text)) return text;
  throw new Error("is not an address such as http://shop.example.com");
}

const command = {
  name: "course",
  usage: "ecs-delivery course [options]",
  about: `Leads through the course in the account of the AWS credentials: the steps of one way, each checked in the account
when something changes, with hints. It only reads the account. Progress and hints are kept in ~/.local/state/ecs-delivery.`,
  options,
  notes:
    "Exit code of --once 0: every step that can be checked is done; 1: one is not; 2: the command could not start.",
};
