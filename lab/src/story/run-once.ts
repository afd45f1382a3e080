import type { LabOptions } from "../options.mjs";
import { git } from "../runner/load/git.ts";
import { tolerateBusyMachine } from "./change.ts";
import type { Chapter, ServiceName } from "./chapter-list.mjs";
import { expectCodeApart, type Scene } from "./chapters/expectations.ts";
import { checkPermissions } from "./check-permissions.ts";
import { type Load, startLoadProcess } from "./load.ts";
import type { Progress } from "./progress.ts";
import { createStepRecorder, expectThat, type StoryRecorder } from "./record-steps.ts";
import { type LabPlace, type Rehearsal, startRehearsal } from "./rehearsal.ts";
import { verdict } from "./report.ts";
import { checkChanges, runChapters } from "./run-chapters.ts";
import { type Measured, reportRehearsal } from "./write-report.ts";

/** Requests to each service: one every 25 milliseconds, so any longer gap between two tasks meets one. */
const requestsPerSecond = 40;
const lists = { customer: "/suppliers", employee: "/admin/suppliers" } as const;
/**
 * Addresses for a group of clients. A page is cached for a second: with so many addresses, nearly each request renders
 * a page, which costs a task more than it costs the load balancer.
 */
const searches = Array.from({ length: 400 }, (_, number) => `${lists.customer}?by=name&search=${number}`);
const services = Object.keys(lists) as ServiceName[];

/** Runs the story once and writes the report, even if the story ended early. Resolves to whether all checks passed. */
export async function runOnce(
  options: LabOptions,
  place: LabPlace,
  progress: Progress,
  ends: AsyncDisposableStack,
  signal: AbortSignal,
): Promise<boolean> {
  const { chapters } = options;
  await checkChanges(chapters, (path) => git(place.project, "show", `HEAD:${path}`));
  const steps = createStepRecorder(progress);
  const measured: Measured = { readyMs: 0, phases: [], unfinished: new Set(chapters) };
  let rehearsal: Rehearsal | undefined;
  try {
    rehearsal = await steps.perform("start the simulated AWS", () =>
      startRehearsal(
        options,
        { ...place, preparations: [tolerateBusyMachine(options.account)] },
        progress,
        ends,
      ),
    );
    progress.say(`  rehearsing ${rehearsal.repository.head.slice(0, 7)} "${rehearsal.repository.subject}"`);
    await runUnderLoad(chapters, rehearsal, steps, ends, measured);
  } catch (error) {
    if (signal.aborted) return false;
    // A failed step has been shown and is in the report.
    if (steps.steps.every((step) => step.ok)) throw error;
  }
  const report = await reportRehearsal(place.outputDirectory, rehearsal, steps, measured);
  progress.say(verdict(report));
  return report.ok;
}

async function runUnderLoad(
  chapters: LabOptions["chapters"],
  rehearsal: Rehearsal,
  steps: StoryRecorder,
  ends: AsyncDisposableStack,
  measured: Measured,
): Promise<void> {
  const loads = new Map<ServiceName, Load>();
  const { production } = rehearsal.addresses;
  const stopLoads = async () => {
    for (const [service, load] of loads) {
      loads.delete(service);
      measured.phases.push(...(await load.stop()).map((phase) => ({ service, ...phase })));
    }
  };
  const sceneOf = (chapter: Chapter): Scene => ({
    rehearsal,
    steps: steps.chapter(chapter.name),
    async startLoad() {
      for (const service of services)
        loads.set(
          service,
          await startLoadProcess([`${production}${lists[service]}`], { requestsPerSecond }, ends),
        );
      for (const load of loads.values()) load.beginPhase(chapter.name);
    },
    stopLoad: stopLoads,
    beginPhase(name, level) {
      for (const service of chapter.services) loads.get(service)?.beginPhase(name, level);
    },
    async startCrowd(level) {
      const crowd = await startLoadProcess(
        searches.map((search) => `${production}${search}`),
        level,
        ends,
      );
      crowd.beginPhase("crowd");
      return crowd;
    },
  });
  try {
    await runChapters(chapters, async (chapter, { run }) => {
      await run(sceneOf(chapter));
      measured.unfinished.delete(chapter.name);
      if (chapter.name === "provision") measured.readyMs = performance.now();
    });
  } finally {
    await stopLoads();
  }
  await steps.check("no job with credentials executed code of the repository", async () =>
    expectCodeApart(rehearsal.runs),
  );
  await checkPermissions(rehearsal, steps);
  if (measured.phases.length === 0) return;
  await steps.check("no request of the load failed", async () => {
    const failures = measured.phases.flatMap((phase) => phase.failures);
    const failed = measured.phases.reduce((total, phase) => total + phase.failed, 0);
    expectThat(failed === 0, `${failed} failed, such as ${failures[0]}`);
  });
}
