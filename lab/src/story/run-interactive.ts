import { exportLines, gitCloneCommand } from "../../../simulator/src/shell-lines.ts";
import type { LabOptions } from "../options.mjs";
import { git } from "../runner/load/git.ts";
import { expectGreen } from "./chapters/expectations.ts";
import { exampleOfManualRun } from "./follow-pushes.ts";
import type { Progress } from "./progress.ts";
import { createStepRecorder, type StoryRecorder } from "./record-steps.ts";
import { type LabPlace, type Rehearsal, startRehearsal } from "./rehearsal.ts";
import { makeReport } from "./report.ts";
import { seedSuppliers } from "./service-state.ts";
import { writeReport } from "./write-report.ts";

const remote = "lab";
const exampleOfConfiguration = "CodeDeployDefault.ECSLinear10PercentEvery1Minutes";

/** Provisions and deploys, then stays up until `signal` aborts; a push to the remote `lab` deploys. */
export async function runInteractive(
  options: LabOptions,
  place: LabPlace,
  progress: Progress,
  ends: AsyncDisposableStack,
  signal: AbortSignal,
): Promise<void> {
  const steps = createStepRecorder(progress);
  const rehearsal = await steps.perform("start the simulated AWS", () =>
    startRehearsal(options, place, progress, ends),
  );
  await steps.perform("provision the stacks", async () => expectGreen(await rehearsal.provision()));
  const readyMs = performance.now();
  await steps.perform("deploy customer and employee", async () =>
    expectGreen(await rehearsal.pushAndFollow()),
  );
  await steps.perform("add 200 suppliers", () => seedSuppliers(rehearsal.aws));
  await addRemote(place.project, rehearsal.repository.gitDirectory, ends);
  progress.sayVerbatim(describeLab(rehearsal));
  // Written first, while the simulator runs.
  ends.defer(() => reportLab(place, rehearsal, steps, readyMs));
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}

async function reportLab(
  { outputDirectory }: LabPlace,
  rehearsal: Rehearsal,
  { steps, notes }: StoryRecorder,
  readyMs: number,
): Promise<void> {
  const { repository, timeScale, runtime, account, runs, simulator } = rehearsal;
  const none = { chapters: [], phases: [], unfinished: [] };
  const report = makeReport({
    ...{ ...none, timeScale, runtime, account, runs, steps, notes, readyMs },
    commit: repository.head,
    startedAt: new Date(performance.timeOrigin),
    durationMs: performance.now(),
    simulatorRssMb: await simulator.peakResidentMb(),
  });
  await writeReport(outputDirectory, report);
}

/** The addresses and commands of a lab that is ready. */
function describeLab({ addresses: { production, test }, simulator }: Rehearsal): string {
  const { endpoint, region, keys } = simulator;
  return `
  customer        ${production}/
  employee        ${production}/admin/suppliers
  test listener   ${test}/
  logs            .lab/logs: a log and a summary (.summary.md) of each job
  report          .lab/report/index.html: written when the lab ends

To use AWS's commands, paste these lines into a second terminal:
${exportLines({ AWS_ENDPOINT_URL: endpoint, AWS_REGION: region, ...keys }).join("\n")}
${gitCloneCommand(endpoint, "deployment")}

Change a service, commit, and deploy it:   git push ${remote} HEAD:main
Start a workflow with its inputs:          ${exampleOfManualRun}
Or press buttons:                          Operate, on the page at the top
Set a variable, at the next start:         npm run lab -- --var DEPLOYMENT_CONFIG=${exampleOfConfiguration}
Ctrl-C ends the rehearsal and removes its data.
`;
}

/** Adds the rehearsal's repository as a remote of the user's, until the rehearsal ends. */
async function addRemote(project: string, gitDirectory: string, ends: AsyncDisposableStack): Promise<void> {
  // Removes the useless remote of a killed rehearsal.
  await git(project, "remote", "remove", remote).catch(() => {});
  ends.defer(async () => {
    await git(project, "remote", "remove", remote);
  });
  await git(project, "remote", "add", remote, gitDirectory);
}
