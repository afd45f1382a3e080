import { join } from "node:path";
import { createAccount } from "../account/create-account.ts";
import { createRunRecords } from "../page/run-records.ts";
import { createTokenIssuer } from "../runner/jobs/token-issuer.ts";
import { createRunner, type RunRequest } from "../runner/runner.ts";
import { createFollower, createRepeatFilter, writeLogs } from "../story/follow-runs.ts";
import { createStepRecorder } from "../story/record-steps.ts";
import { startSimulatorProcess } from "../story/simulator-process.ts";
import type { LabOptions, Session } from "./options.ts";
import { createTails } from "./outcome.ts";
import type { Prepared } from "./prepare.ts";

/** Actions fail without a token, also those that call nothing with it. GitHub does not know this one. */
const inventedToken = `ghs_${"rehearsal".repeat(4)}`;

export type OpenLab = Awaited<ReturnType<typeof openLab>>;

/** Starts the simulated AWS with what the workflows need in it, and the runner. `ends` ends both. */
export async function openLab(prepared: Prepared, options: LabOptions, { progress, ends }: Session) {
  const { repository, scratch, needs, sandbox, runtime, port, timeScale, directory, keys } = prepared;
  const steps = createStepRecorder(progress);
  const issuer = await createTokenIssuer();
  const simulator = await steps.perform("start the simulated AWS", () =>
    startSimulatorProcess(
      {
        ...{ runtime, port, timeScale, issuer, keys, accountId: needs.account, region: needs.region },
        ...{ account: "standard", database: "local", listenerOffset: options.listenerOffset },
        ...{ temporaryDirectory: prepared.ofAccount, logFile: join(directory, "simulator.log") },
        wrap: sandbox.wrapAccount,
        onListener: (listened, isServed) => {
          sandbox.sharePort(listened, isServed).catch((error: Error) => progress.say(error.message));
        },
      },
      ends,
    ),
  );
  const account = await steps.perform("create what the workflows deploy to", () =>
    createAccount(simulator, needs, {
      ...(options.account && { export: options.account }),
      isEmpty: options.before.length > 0,
    }),
  );
  for (const line of account.made) progress.say(`  ${line}`);
  const records = createRunRecords();
  const tails = createTails(sandbox.refused);
  const follow = createFollower([], directory, ends);
  const writeLog = writeLogs(directory, progress, ends);
  const isRepeated = createRepeatFilter();
  const runner = createRunner({
    repository: { name: repository.name, gitDirectory: scratch.gitDirectory },
    ...prepared.origins,
    defaultPermissions: options.defaultPermissions,
    ...{ wrap: sandbox.wrap, environment: sandbox.environment, directory: prepared.runs },
    ...{ issuer, identity: prepared.identity },
    github: { apiUrl: "https://api.github.com", token: options.secrets.GITHUB_TOKEN ?? inventedToken },
    jobFolder: sandbox.jobFolder,
    ...prepared.values,
    emit: (event) => {
      if (isRepeated(event)) return;
      writeLog(event);
      tails.notice(event);
      records.notice(event);
    },
  });
  return {
    ...{ simulator, records, tails, notChecked: account.notChecked },
    /** Later deployments are the workflows'. */
    readyAt: Date.now(),
    /** Starts a workflow; resolves to undefined when its event does not start it. */
    async start(request: RunRequest) {
      const run = await runner.start(request);
      return run && { id: run.id, result: follow(run) };
    },
  };
}
