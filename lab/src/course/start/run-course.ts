import { join } from "node:path";
import { readAccount } from "@ecs-delivery/actions/check-lab/src/lab";
import { systemClock } from "@ecs-delivery/actions/core/pace";
import { openPageClients, startPage } from "@ecs-delivery/live/page";
import { provideDatabaseServer } from "@ecs-delivery/program/database";
import { type LabOptions, monolithPort } from "../../options.mjs";
import { pageOf } from "../../page/own-pages.ts";
import type { Session } from "../../repository-lab/options.ts";
import { createTokenIssuer } from "../../runner/jobs/token-issuer.ts";
import { createStepRecorder } from "../../story/record-steps.ts";
import { type LabPlace, vcpuShare } from "../../story/rehearsal.ts";
import {
  credentialsOf,
  machineEnvironment,
  type SimulatorProcess,
  startSimulatorProcess,
} from "../../story/simulator-process.ts";
import { chooseTaskRuntime, pushNodeBase } from "../../story/task-runtime.ts";
import { type CourseFolder, openCourseFolder } from "./course-folder.ts";
import { endContainers, readmeOf, writeEnvironment } from "./environment.ts";
import { startMonolith } from "./monolith.ts";
import { prepareAccount } from "./prepare.ts";
import { courseTabs } from "./tabs.ts";

type CourseOptions = LabOptions & NonNullable<LabOptions["course"]>;
type Place = Omit<LabPlace, "mirrors">;
/** Addresses on this machine. */
type Sites = Record<"monolith" | "site", string>;

/** Parts that a way needs, and that a simulated account lacks. */
const missingIn = {
  cli: "",
  console: "AWS's console is",
  templates: "your fork on GitHub and its Actions are",
};

/** A minute of AWS's waits passes in a second. */
const usualTimeScale = 60;

/**
 * `npm run lab -- --course`: the account of the course at the beginning of a phase, the monolith and the student's folder.
 * Resolves when the session is interrupted.
 */
export async function runCourse(options: CourseOptions, place: Place, session: Session): Promise<true> {
  const { progress, ends, signal } = session;
  const { project } = place;
  const at = (port: number) => `http://127.0.0.1:${port + options.listenerOffset}`;
  const sites: Sites = { monolith: at(monolithPort), site: at(80) };
  provideDatabaseServer(options.database);
  const { runtime, why } = await chooseTaskRuntime(options.runtime);
  const hasDocker = runtime === "docker";
  const pages = join(project, "docs/lab");
  const readme = readmeOf({ ...sites, hasDocker });
  const course = await openCourseFolder({ ...options, readme, pages }, project, session);
  progress.say(`  tasks run as ${hasDocker ? "Docker's containers" : "processes"}: ${why}`);
  const missing = missingIn[course.record.way];
  if (missing)
    progress.say(`  ${missing} not on this machine: each step also shows commands that do the same`);
  const started = { ...options, runtime, timeScale: options.timeScale ?? usualTimeScale };
  const simulator = await startAccount(started, course, place, sites, session);
  const shown = { simulator, project, hasDocker, timeScale: started.timeScale };
  for (const note of await writeEnvironment(course.folder, shown)) progress.say(`  ${note}`);
  ends.defer(() => endContainers(course.folder));
  await prepare({ course, sites, simulator, hasDocker, pages }, place, session);
  const { endpoint, region, keys } = simulator;
  const account = { endpoint, region, credentials: credentialsOf(keys) };
  const page = await startPage({
    ...{
      clients: openPageClients(account),
      region,
      clock: systemClock,
      timeScale: started.timeScale,
      pageOf,
    },
    ...{ port: options.pagePort, callsPerMinute: 2_000 },
    extensions: await courseTabs({ course, pages, account, ...sites }, ends),
  });
  ends.defer(page.close);
  simulator.showPage(page.address);
  progress.sayVerbatim(`
The monolith:   ${sites.monolith}/suppliers
The page:       ${page.operatorAddress.replace("/?", "/course?")}
Your folder:    ${course.folder}
Ctrl-C ends the account; your folder stays, and the same command goes on from there.
Next, in a second terminal:
  cd ${course.folder} && source env.sh`);
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  return true;
}

type Started = CourseOptions & { readonly runtime: "process" | "docker"; readonly timeScale: number };

/** Starts the account of the course's first minute, and the program of its server. */
async function startAccount(
  { runtime, timeScale, port, database, listenerOffset }: Started,
  { folder, record }: CourseFolder,
  { directory, logDirectory }: Place,
  { monolith: address }: Sites,
  { progress, ends }: Session,
): Promise<SimulatorProcess> {
  const steps = createStepRecorder(progress);
  const issuer = await createTokenIssuer();
  const simulator = await steps.perform("start the simulated AWS with the course's account", () =>
    startSimulatorProcess(
      {
        ...{ runtime, timeScale, issuer, port, database, listenerOffset, keys: record.keys },
        ...{ account: "academy", vcpuShare: vcpuShare[runtime], temporaryDirectory: directory },
        logFile: join(logDirectory, "simulator.log"),
      },
      ends,
    ),
  );
  const { endpoint, region, keys } = simulator;
  const account = readAccount({ endpoint, region, credentials: credentialsOf(keys) });
  const program = { folder: join(folder, "monolith"), logFile: join(logDirectory, "monolith.log") };
  await steps.perform("start the monolith", () =>
    startMonolith({ account, ...program, address, say: progress.say }, ends),
  );
  return simulator;
}

interface Opened {
  readonly course: CourseFolder;
  readonly sites: Sites;
  readonly simulator: SimulatorProcess;
  readonly hasDocker: boolean;
  readonly pages: string;
}

/** Makes the phases before the student's. A failure ends only that: the cause may be the student's own code. */
async function prepare(
  { course: { folder, record, isKnown }, sites, simulator, hasDocker, pages }: Opened,
  { project, directory }: Place,
  { progress, signal }: Session,
): Promise<void> {
  const { phase } = record;
  const where = phase > 3 ? `made up to the beginning of phase ${phase}` : "as in the course's first minute";
  if (isKnown)
    progress.say(`  the account is a new one, ${where}; your files and commits are as you left them`);
  const steps = createStepRecorder(progress);
  const { endpoint, region, keys } = simulator;
  const environment = {
    ...machineEnvironment(process.env, endpoint, directory),
    ...keys,
    AWS_REGION: region,
  };
  try {
    const needsBase = hasDocker && phase > 5;
    const baseImage = needsBase ? await pushNodeBase({ project, directory, environment, signal }) : "";
    const preparation = { folder, phase, pages, directory, signal, baseImage, monolith: sites.monolith };
    await prepareAccount(preparation, (name, work) => steps.perform(name, work));
  } catch (error) {
    if (signal.aborted) throw error;
    progress.say(
      "  The course opens with what was made. Fix: correct the cause above, commit, and start the lab again; or do that phase yourself",
    );
  }
}
