import { StopDeploymentCommand } from "@aws-sdk/client-codedeploy";
import { git } from "../runner/load/git.ts";
import type { RunResult } from "../runner/result.ts";
import type { AwsClients } from "../story/aws-clients.ts";
import type { Release } from "../story/follow-pushes.ts";
import { startLoadProcess } from "../story/load.ts";
import { checkManualRun, type ManualRun, readManualWorkflows } from "../story/manual-runs.ts";
import { exercises, provideCanary } from "./exercises.ts";
import type { Operations } from "./operations.ts";

interface Lab {
  readonly aws: AwsClients;
  readonly gitDirectory: string;
  /** Address of the customers' list of suppliers. */
  readonly list: string;
  /** The commit of main. */
  main(): string;
  startManually(run: ManualRun, commit: string): Promise<StartedRun>;
  /** Resolves when the push has started its run. */
  push(release: Release): Promise<{ run: Promise<RunResult> }>;
  say(line: string): void;
}

export interface StartedRun {
  readonly id: number;
  readonly result: Promise<RunResult>;
}

/** Enough for an alarm to notice that responses are slow. */
const requestsPerSecond = 20;

/** Operates the lab as its user would: by commits, pushes, workflows and calls to AWS. */
export function createOperations(lab: Lab): Operations {
  const read = (...command: string[]) => git(lab.gitDirectory, ...command);
  let described: Awaited<ReturnType<Operations["describe"]>> | undefined;
  let count = 0;
  const loadUntil = async (run: Promise<unknown>) => {
    await using ends = new AsyncDisposableStack();
    const load = await startLoadProcess([lab.list], { requestsPerSecond }, ends);
    load.beginPhase("exercise");
    await run.catch(() => {});
  };
  return {
    exercises: exercises.map(({ name, title, about }) => ({ name, title, about })),
    async describe() {
      const commit = lab.main();
      if (described?.commit !== commit) {
        const subject = await read("log", "-1", "--format=%s", commit);
        described = { commit, subject, workflows: await readManualWorkflows(read, commit) };
      }
      return described;
    },
    async startWorkflow(run) {
      const commit = lab.main();
      await checkManualRun(read, commit, run);
      const { id, result } = await lab.startManually(run, commit);
      result.catch((error: Error) => lab.say(error.message));
      return id;
    },
    async startExercise(name) {
      const exercise = exercises.find((each) => each.name === name);
      if (!exercise) throw new Error(`there is no exercise '${name}'`);
      const { configuration, needsLoad } = exercise;
      if (configuration) await provideCanary(lab.aws.codedeploy);
      const variables: Record<string, string> = configuration ? { DEPLOYMENT_CONFIG: configuration } : {};
      const { run } = await lab.push({ change: exercise.change(count++), variables });
      run.catch((error: Error) => lab.say(error.message));
      if (needsLoad) loadUntil(run).catch((error: Error) => lab.say(error.message));
    },
    async stopDeployment(deploymentId, rollBack) {
      await lab.aws.codedeploy.send(
        new StopDeploymentCommand({ deploymentId, autoRollbackEnabled: rollBack }),
      );
    },
  };
}
