import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { TaskRuntimeKind } from "@ecs-delivery/simulator/runtime/tasks/runtime";
import { warningForRoot } from "@ecs-delivery/simulator/runtime/tasks/start-runtime";
import { defaultVisitors, type LabOptions } from "../options.mjs";
import type { RunRecords } from "../page/run-records.ts";
import { createTokenIssuer, type TokenIssuer } from "../runner/jobs/token-issuer.ts";
import type { RunResult } from "../runner/result.ts";
import { applyAccess, giveAccess } from "./apply-access.ts";
import type { AccountKind } from "./chapter-list.mjs";
import { createPushFollower, type Release } from "./follow-pushes.ts";
import { createWorkflows, type Place } from "./lab-workflows.ts";
import { createVisitors, type Visitors } from "./load.ts";
import type { Progress } from "./progress.ts";
import { listenForPushes } from "./push-listener.ts";
import { noteRun } from "./record-steps.ts";
import { createScratchRepository, gitDirectoryIn, type ScratchRepository } from "./scratch-repository.ts";
import { showLivePage } from "./show-live-page.ts";
import {
  type AwsClients,
  type Keys,
  openClients,
  type SimulatorProcess,
  startSimulatorProcess,
} from "./simulator-process.ts";
import { chooseTaskRuntime } from "./task-runtime.ts";

export interface Rehearsal {
  simulator: SimulatorProcess;
  aws: AwsClients;
  runtime: TaskRuntimeKind;
  /** Kind of account, which is also the name of its profile. */
  account: AccountKind;
  /** Factor by which AWS's waits pass faster than real time. */
  timeScale: number;
  repository: ScratchRepository;
  /** Addresses of the load balancer's two listeners. */
  addresses: { production: string; test: string };
  /** Address of the live page. */
  page: string;
  visitors: Visitors;
  /** Finished runs, in the order they ended. */
  runs: RunResult[];
  /** Records of runs for the page and the report. */
  records: RunRecords;
  /** Resolves when deploy.yml has succeeded for the first time. */
  deployed: Promise<unknown>;
  /** Shows a notice on the page of a run, at each job that failed. */
  noticeOn(run: RunResult, message: string): void;
  /** Creates the roles of the jobs, if the account allows any; then runs provision.yml to its end and meanwhile pushes the base image of the releases. */
  provision(): Promise<RunResult>;
  /** Pushes to main and resolves when the run that this starts has ended. Further pushes may follow quickly. */
  pushAndFollow(release?: Release): Promise<RunResult>;
  /** Runs a workflow of main manually, to its end. */
  runWorkflow(file: string, inputs: Record<string, string>): Promise<RunResult>;
}

/** Containers start more slowly than processes. */
export const unattendedTimeScales: Readonly<Record<TaskRuntimeKind, number>> = { process: 150, docker: 100 };

/**
 * Part of a core. Three tasks of half a vCPU, the load and the load balancer fit on two cores, and one task on a core
 * of a quarter of the speed can still handle the story's load. A container's start counts too, and must not take long.
 * With 0.25, health checks at this time scale kept processes of a slow machine too busy for a scale-in.
 */
export const vcpuShare: Readonly<Record<TaskRuntimeKind, number>> = { process: 0.35, docker: 0.5 };

/** Folders of `npm run lab`. */
export interface LabPlace extends Place {
  /** `.lab`: the report and the logs of the last rehearsal. */
  outputDirectory: string;
}

/** Starts the simulated AWS, the repository and its runner. Everything started is added to `ends`, also on failure. */
export async function startRehearsal(
  options: LabOptions,
  place: Place,
  progress: Progress,
  ends: AsyncDisposableStack,
): Promise<Rehearsal> {
  const [{ runtime, why }, issuer] = await Promise.all([
    chooseTaskRuntime(options.runtime),
    createTokenIssuer(),
  ]);
  const timeScale = options.timeScale ?? (options.once ? unattendedTimeScales[runtime] : 60);
  progress.say(`  tasks run as ${runtime === "docker" ? "Docker's containers" : "processes"}: ${why}`);
  const warning = warningForRoot(runtime);
  if (warning) progress.say(`  ${warning}`);
  const chosen = { runtime, timeScale, issuer };
  const { workflows, ...lab } = await startLab({ options, place, chosen }, progress, ends);
  const { simulator, repository, addresses, pushes } = lab;
  const aws = openClients(simulator, ends);
  const visited = ["/", "/suppliers", "/admin/suppliers"].map((path) => addresses.production + path);
  const visitors = createVisitors(visited, options.visitors || defaultVisitors, ends);
  const page = await showLivePage({ ...lab, ...workflows, aws, timeScale, visitors }, progress, ends);
  return {
    ...{ simulator, aws, runtime, timeScale, repository, addresses, page, visitors },
    account: options.account,
    runs: workflows.runs,
    records: workflows.records,
    deployed: workflows.deployed,
    noticeOn({ id, jobs }, message) {
      const failed = jobs.filter(({ conclusion }) => conclusion === "failure");
      for (const { name } of failed) {
        const annotation = { level: "notice", message } as const;
        workflows.records.notice({ type: "annotation", run: id, job: name, annotation });
      }
    },
    async provision() {
      if (options.account === "standard")
        Object.assign(
          workflows.variables,
          await applyAccess(aws, { checkout: repository.workDirectory, mirrors: place.mirrors }),
        );
      const inputs = { profile: options.account };
      const started = workflows.startManually({ file: "provision.yml", inputs }, workflows.main());
      const [result] = await Promise.all([
        noted(started.then((run) => run.result)),
        runtime === "docker" ? workflows.provideBase(aws) : undefined,
      ]);
      return result;
    },
    pushAndFollow: (release = {}) => noted(pushes.pushAndFollow(repository, workflows.variables, release)),
    runWorkflow: async (file, inputs) =>
      noted((await workflows.startManually({ file, inputs }, workflows.main())).result),
  };
}

interface Chosen {
  readonly options: LabOptions;
  readonly place: Place;
  readonly chosen: {
    readonly runtime: TaskRuntimeKind;
    readonly timeScale: number;
    readonly issuer: TokenIssuer;
  };
}

/** Starts the simulated AWS, and the repository with its workflows. */
async function startLab({ options, place, chosen }: Chosen, progress: Progress, ends: AsyncDisposableStack) {
  const { directory } = place;
  const pushes = createPushFollower({
    gitDirectory: gitDirectoryIn(directory),
    startDeploy: (move, cancelAtLine): Promise<RunResult> => workflows.startDeploy(move, cancelAtLine),
    startManually: async (manual, commit) => (await workflows.startManually(manual, commit)).result,
    say: progress.say,
  });
  const listener = await listenForPushes(directory, pushes.handlers);
  ends.defer(() => listener.close());
  const [simulator, repository] = await Promise.all([
    startSimulatorProcess(
      {
        ...{ ...options, ...chosen, keys: inventedKeys() },
        // A stated time of work takes the place of a part of this machine's.
        vcpuShare: options.serviceTime === undefined ? vcpuShare[chosen.runtime] : undefined,
        temporaryDirectory: directory,
        logFile: join(place.logDirectory, "simulator.log"),
      },
      ends,
    ),
    createScratchRepository(place.project, directory, listener.hooks, [
      ...(options.account === "standard" ? [giveAccess(place.mirrors)] : []),
      ...(place.preparations ?? []),
    ]),
  ]);
  const addresses = {
    production: `http://127.0.0.1:${80 + options.listenerOffset}`,
    test: `http://127.0.0.1:${8080 + options.listenerOffset}`,
  };
  const lab = { options, place, simulator, issuer: chosen.issuer, repository, addresses, pushes };
  const workflows = createWorkflows(lab, progress, ends);
  return { ...lab, workflows };
}

async function noted(run: Promise<RunResult>): Promise<RunResult> {
  const result = await run;
  noteRun(result.id);
  return result;
}

/** Returns keys that only a simulated AWS accepts. Random, so that hiding them hides nothing else. */
export function inventedKeys(): Keys {
  return {
    AWS_ACCESS_KEY_ID: `AKIA${randomBytes(8).toString("hex").toUpperCase()}`,
    AWS_SECRET_ACCESS_KEY: randomBytes(30).toString("base64"),
    AWS_SESSION_TOKEN: randomBytes(90).toString("base64"),
  };
}
