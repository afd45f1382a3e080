import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LabOptions } from "./command-line.ts";
import { type Load, startLoadProcess } from "./load.ts";
import type { LoadPhase } from "./load-generator.ts";
import type { Progress } from "./progress.ts";
import { createStepRecorder, expectThat, type StepRecorder } from "./record-steps.ts";
import { type Rehearsal, startRehearsal } from "./rehearsal.ts";
import { makeReport, type Report } from "./report.ts";
import { reportMarkdown } from "./report-markdown.ts";
import type { LabPlace } from "./run-lab.ts";
import { tellStory } from "./tell-story.ts";

// A tenth more than the 200 a second that the story promises.
const requestsPerSecond = 220;

/** Tells the whole story once and writes the report, also of a story that broke off. Resolves to whether all went as told. */
export async function runOnce(
  options: LabOptions,
  place: LabPlace,
  progress: Progress,
  ends: AsyncDisposableStack,
  signal: AbortSignal,
): Promise<boolean> {
  // `performance` counts from the start of the process, which is when the user gave the command.
  const startedAt = new Date(performance.timeOrigin);
  const steps = createStepRecorder(progress);
  const measured: Measured = { readyMs: 0, phases: [] };
  let rehearsal: Rehearsal | undefined;
  try {
    rehearsal = await steps.perform("start the simulated AWS", () =>
      startRehearsal(options, place, progress, ends),
    );
    progress.say(`  rehearsing ${rehearsal.repository.head.slice(0, 7)} "${rehearsal.repository.subject}"`);
    await tellUnderLoad(rehearsal, steps, ends, measured, () => {
      measured.readyMs = performance.now();
    });
  } catch (error) {
    if (signal.aborted) return false;
    // A step that broke off has been told and is in the report.
    if (steps.steps.every((step) => step.ok)) throw error;
  }
  const report = makeReport({
    commit: rehearsal?.repository.head ?? "",
    startedAt,
    durationMs: performance.now(),
    timeScale: options.timeScale,
    runtime: rehearsal?.runtime,
    steps: steps.steps,
    phases: measured.phases,
    runs: rehearsal?.runs ?? [],
    readyMs: measured.readyMs,
    simulatorRssMb: await rehearsal?.simulator.peakResidentMb(),
  });
  await writeReport(place.outputDirectory, report);
  progress.say(`${report.ok ? "as told" : "not as told"}; see .lab/report.md`);
  return report.ok;
}

interface Measured {
  readyMs: number;
  phases: LoadPhase[];
}

async function tellUnderLoad(
  rehearsal: Rehearsal,
  steps: StepRecorder,
  ends: AsyncDisposableStack,
  measured: Measured,
  provisioned: () => void,
): Promise<void> {
  let load: Load | undefined;
  try {
    await tellStory(rehearsal, steps, {
      provisioned,
      ends,
      async startLoad() {
        const { production } = rehearsal.addresses;
        const paths = ["/suppliers", "/admin/suppliers"].map((path) => `${production}${path}`);
        load = await startLoadProcess(paths, { requestsPerSecond }, ends);
        return load;
      },
    });
  } finally {
    measured.phases = (await load?.stop()) ?? [];
  }
  await steps.check("no request of the load failed", async () => {
    const failures = measured.phases.flatMap((phase) => phase.failures);
    const failed = measured.phases.reduce((total, phase) => total + phase.failed, 0);
    expectThat(failed === 0, `${failed} failed, such as ${failures[0]}`);
  });
}

async function writeReport(directory: string, report: Report): Promise<void> {
  await writeFile(join(directory, "report.json"), `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(join(directory, "report.md"), reportMarkdown(report));
}
