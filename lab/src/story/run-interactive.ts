import { gitCloneCommand } from "../../../simulator/src/runtime/git/clone-command.ts";
import type { LabOptions } from "../options.mjs";
import { git } from "../runner/git.ts";
import { expectGreen } from "./chapters/expectations.ts";
import type { Progress } from "./progress.ts";
import { createStepRecorder } from "./record-steps.ts";
import { type LabPlace, startRehearsal } from "./rehearsal.ts";
import type { SimulatorProcess } from "./simulator-process.ts";

const remote = "lab";

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
  await steps.perform("deploy customer and employee", async () =>
    expectGreen(await rehearsal.pushAndFollow()),
  );
  await addRemote(place.project, rehearsal.repository.gitDirectory, ends);
  const { production, test } = rehearsal.addresses;
  progress.say(`
  customer        ${production}/
  employee        ${production}/admin/suppliers
  test listener   ${test}/
  CodeCommit      ${gitCloneCommand(rehearsal.simulator.endpoint)}

To use AWS's commands, in a second terminal:
${exportsOf(rehearsal.simulator)}

Change a service, commit, and deploy it:   git push ${remote} HEAD:main
Ctrl-C ends the rehearsal and removes its data.
`);
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}

function exportsOf({ endpoint, region, keys }: SimulatorProcess): string {
  const variables = { AWS_ENDPOINT_URL: endpoint, AWS_REGION: region, ...keys };
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${value}`)
    .join("\n");
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
