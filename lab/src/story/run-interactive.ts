import { UpdateDeploymentGroupCommand } from "@aws-sdk/client-codedeploy";
import { exportLines, gitCloneCommand } from "@ecs-delivery/simulator/shell-lines";
import type { LabOptions } from "../options.mjs";
import { expectGreen, firstError } from "./chapters/expectations.ts";
import { passwordCommand } from "./chapters/stacks.ts";
import { exampleOfManualRun } from "./follow-pushes.ts";
import type { Progress } from "./progress.ts";
import { createStepRecorder, type StoryRecorder } from "./record-steps.ts";
import { type LabPlace, type Rehearsal, startRehearsal } from "./rehearsal.ts";
import { addRemote, remote } from "./remote.ts";
import { seedSuppliers } from "./service-state.ts";
import { type Measured, reportRehearsal } from "./write-report.ts";

const linear = "CodeDeployDefault.ECSLinear10PercentEvery1Minutes";

/**
 * Provisions and deploys, then stays up until `signal` aborts, also if that failed; a push to the remote `lab` deploys.
 */
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
  const { gitDirectory } = rehearsal.repository;
  await addRemote({ project: place.project, gitDirectory, branch: "main" }, ends);
  const measured: Measured = { readyMs: 0, phases: [], unfinished: new Set() };
  // Written first, while the simulator runs.
  ends.defer(async () => void (await reportRehearsal(place.outputDirectory, rehearsal, steps, measured)));
  const opened = rehearsal.deployed.then(() => open(options, rehearsal, steps));
  try {
    await steps.perform("provision the stacks", async () => expectGreen(await rehearsal.provision()));
    measured.readyMs = performance.now();
    await steps.perform("deploy customer and employee", async () =>
      expectGreen(await rehearsal.pushAndFollow()),
    );
    await opened;
    progress.sayVerbatim(describeLab(rehearsal, ""));
  } catch {
    // The failed step has been shown.
    opened.catch(() => {});
    progress.sayVerbatim(describeLab(rehearsal, describeFailure(rehearsal)));
  }
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}

/** After the first successful deployment: there is something to see, and a release shifts visibly. */
async function open(
  { account, visitors }: LabOptions,
  { aws, ...rehearsal }: Rehearsal,
  steps: StoryRecorder,
) {
  await steps.perform("add 200 suppliers", () => seedSuppliers(aws));
  if (account === "standard")
    await steps.perform("let customer's next releases shift linearly", () =>
      aws.codedeploy.send(
        new UpdateDeploymentGroupCommand({
          applicationName: "microservices",
          currentDeploymentGroupName: "microservices-customer",
          deploymentConfigName: linear,
        }),
      ),
    );
  if (visitors > 0) rehearsal.visitors.start();
}

/** Where the cause is and, for what only the user can do, the command. */
function describeFailure({ runs, page, noticeOn }: Rehearsal): string {
  const run = runs.findLast(({ conclusion }) => conclusion !== "success");
  if (!run) return "";
  const where = `${run.workflow} failed. The cause:  ${new URL(`/runs/${run.id}`, page)}\n`;
  if (!firstError(run).includes("put-secret-value")) return where;
  const fix = `Store the database's password, then start Deploy under Operate: ${passwordCommand}`;
  noticeOn(run, fix);
  return `${where}${fix.replace(": ", ":\n")}\n`;
}

/** The addresses and commands of a lab that is ready. */
function describeLab(
  { addresses: { production, test }, simulator, page }: Rehearsal,
  failure: string,
): string {
  const { endpoint, region, keys } = simulator;
  return `
  customer        ${production}/
  employee        ${production}/admin/suppliers
  test listener   ${test}/
  logs            .lab/logs: a log and a summary (.summary.md) of each job
  report          .lab/report/index.html: written when the lab ends

To use AWS's commands, paste these lines into a second terminal:
${exportLines({ AWS_ENDPOINT_URL: endpoint, AWS_REGION: region, ...keys }).join("\n")}

With these, clone CodeCommit's files:      ${gitCloneCommand(endpoint, "deployment")}
Change a service, commit, and deploy it:   git push ${remote}
Start a workflow with its inputs:          ${exampleOfManualRun}
Or press buttons:                          Operate, on the live page
Set a variable, at the next start:         npm run lab -- --var DEPLOYMENT_CONFIG=${linear}
Ctrl-C ends the rehearsal and removes its data.

${failure}Watch it in a browser:                     ${page}`;
}
