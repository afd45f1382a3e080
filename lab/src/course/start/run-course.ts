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
import { credentialsOf, startSimulatorProcess } from "../../story/simulator-process.ts";
import { chooseTaskRuntime } from "../../story/task-runtime.ts";
import { openCourseFolder } from "./course-folder.ts";
import { readmeOf, writeEnvironment } from "./environment.ts";
import { startMonolith } from "./monolith.ts";
import { courseTabs } from "./tabs.ts";

type CourseOptions = LabOptions & NonNullable<LabOptions["course"]>;

/** Real minutes of AWS pass in a second each. */
const usualTimeScale = 60;

/**
 * `npm run lab -- --course`: the account of the course at the beginning of a phase, the monolith and the student's folder.
 * Resolves when the session is interrupted.
 */
export async function runCourse(
  options: CourseOptions,
  { project, directory, logDirectory }: Omit<LabPlace, "mirrors">,
  session: Session,
): Promise<true> {
  const { progress, ends, signal } = session;
  const steps = createStepRecorder(progress);
  provideDatabaseServer(options.database);
  const [{ runtime, why }, issuer] = await Promise.all([
    chooseTaskRuntime(options.runtime),
    createTokenIssuer(),
  ]);
  progress.say(`  tasks run as ${runtime === "docker" ? "Docker's containers" : "processes"}: ${why}`);
  const timeScale = options.timeScale ?? usualTimeScale;
  const { port, database, listenerOffset } = options;
  const [monolith, site] = [monolithPort, 80].map((each) => `http://127.0.0.1:${each + listenerOffset}`) as [
    string,
    string,
  ];
  const readme = readmeOf({ monolith, site, hasDocker: runtime === "docker" });
  const course = await openCourseFolder({ ...options, readme }, project, session);
  const { folder, record } = course;
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
  const settings = { endpoint, region, credentials: credentialsOf(keys) };
  const account = readAccount(settings);
  await steps.perform("start the monolith", () =>
    startMonolith(
      {
        ...{ account, folder: join(folder, "monolith"), address: monolith },
        ...{ logFile: join(logDirectory, "monolith.log"), say: progress.say },
      },
      ends,
    ),
  );
  await writeEnvironment(folder, { simulator, project });
  const page = await startPage({
    ...{ clients: openPageClients(settings), region, clock: systemClock, timeScale, pageOf },
    ...{ port: options.pagePort, callsPerMinute: 2_000 },
    extensions: courseTabs({ course, project, account: settings, site, monolith }),
  });
  ends.defer(page.close);
  simulator.showPage(page.address);
  progress.sayVerbatim(`
The monolith:   ${monolith}/suppliers
The page:       ${page.operatorAddress} (tab Course)
Your folder:    ${folder}
Next, in a second terminal:
  cd ${folder} && source env.sh`);
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  return true;
}
