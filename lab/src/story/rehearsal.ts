import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { warningForRoot } from "../../../simulator/src/runtime/tasks/start-runtime.ts";
import { defaultVisitors, type LabOptions } from "../options.mjs";
import { checkTab } from "../page/check-tab.ts";
import { operateTab } from "../page/operate-tab.ts";
import { createOperations, type StartedRun } from "../page/operations.ts";
import { createRunRecords, type RunRecords } from "../page/run-records.ts";
import { runsTab } from "../page/runs-tab.ts";
import { createTokenIssuer } from "../runner/jobs/token-issuer.ts";
import type { Mirrors } from "../runner/load/sources.ts";
import type { RunResult } from "../runner/result.ts";
import { createRunner, type RunRequest } from "../runner/runner.ts";
import type { Change } from "./change.ts";
import type { AccountKind } from "./chapter-list.mjs";
import { createPushFollower, type Move, type Release } from "./follow-pushes.ts";
import { createCancellations, createFollower, createRepeatFilter, writeLogs } from "./follow-runs.ts";
import { createVisitors, type Visitors } from "./load.ts";
import type { ManualRun } from "./manual-runs.ts";
import type { Progress } from "./progress.ts";
import { listenForPushes } from "./push-listener.ts";
import { noteRun } from "./record-steps.ts";
import { createScratchRepository, gitDirectoryIn, type ScratchRepository } from "./scratch-repository.ts";
import { showLivePage } from "./show-live-page.ts";
import {
  type AwsClients,
  credentialsOf,
  type Keys,
  machineEnvironment,
  openClients,
  type SimulatorProcess,
  startSimulatorProcess,
} from "./simulator-process.ts";
import { chooseTaskRuntime, pushNodeBase, type TaskRuntimeKind } from "./task-runtime.ts";

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
  /** What the page shows of runs. */
  records: RunRecords;
  /** Resolves when deploy.yml has succeeded for the first time. */
  deployed: Promise<unknown>;
  /** Shows a notice on the page of a run, at each job that failed. */
  noticeOn(run: RunResult, message: string): void;
  /** Runs provision.yml to its end and meanwhile pushes the base image of the releases. */
  provision(): Promise<RunResult>;
  /** Pushes to main and resolves when the run that this starts has ended. Further pushes may follow quickly. */
  pushAndFollow(release?: Release): Promise<RunResult>;
  /** Runs a workflow of main manually, to its end. */
  runWorkflow(file: string, inputs: Record<string, string>): Promise<RunResult>;
}

/** Containers start more slowly than processes. */
const unattendedTimeScales: Readonly<Record<TaskRuntimeKind, number>> = { process: 150, docker: 100 };

/**
 * Part of a core. Three tasks of half a vCPU, the load and the load balancer fit on two cores, and one task on a core
 * of a quarter of the speed can still handle the story's load. A container's start counts too, and must not take long.
 * With 0.25, health checks at this time scale kept processes of a slow machine too busy for a scale-in.
 */
const vcpuShare: Readonly<Record<TaskRuntimeKind, number>> = { process: 0.35, docker: 0.5 };

const deployWorkflow = ".github/workflows/deploy.yml";

interface Place {
  project: string;
  /** Other repositories whose actions and workflows the project uses. */
  mirrors?: Mirrors;
  /** Committed before the first run. */
  preparations?: readonly Change[];
  /** Temporary; the caller removes it. */
  directory: string;
  logDirectory: string;
}

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
  const { project, directory, logDirectory } = place;
  const [{ runtime, why }, issuer] = await Promise.all([
    chooseTaskRuntime(options.runtime),
    createTokenIssuer(),
  ]);
  const timeScale = options.timeScale ?? (options.once ? unattendedTimeScales[runtime] : 60);
  progress.say(`  tasks run as ${runtime === "docker" ? "Docker's containers" : "processes"}: ${why}`);
  const warning = warningForRoot(runtime);
  if (warning) progress.say(`  ${warning}`);
  const secrets = inventedKeys();
  const pushes = createPushFollower({
    gitDirectory: gitDirectoryIn(directory),
    startDeploy: (move, cancelAtLine) => startDeploy(move, cancelAtLine),
    startManually: async (manual, commit) => (await startManually(manual, commit)).result,
    say: progress.say,
  });
  const listener = await listenForPushes(directory, pushes.handlers);
  ends.defer(() => listener.close());
  const [simulator, repository] = await Promise.all([
    startSimulatorProcess(
      {
        ...options,
        runtime,
        timeScale,
        vcpuShare: vcpuShare[runtime],
        keys: secrets,
        issuer,
        temporaryDirectory: directory,
        logFile: join(logDirectory, "simulator.log"),
      },
      ends,
    ),
    createScratchRepository(project, directory, listener.hooks, place.preparations),
  ]);
  const runs: RunResult[] = [];
  const follow = createFollower(runs, logDirectory, ends);
  const environment = machineEnvironment(process.env, simulator.endpoint, directory);
  const addresses = {
    production: `http://127.0.0.1:${80 + options.listenerOffset}`,
    test: `http://127.0.0.1:${8080 + options.listenerOffset}`,
  };
  const variables: Record<string, string> = {
    AWS_REGION: simulator.region,
    PROFILE: options.account,
    // The simulated AWS provides Node to processes.
    BASE_IMAGE: "scratch",
    // No name server can resolve the name of a simulated load balancer.
    PRODUCTION_URL: addresses.production,
    // Every visitor of the rehearsal is on this machine, until a chapter limits it to one address.
    ADMIN_SOURCE_IPS: "127.0.0.0/8",
    // Chapters of both services share main: a push of one must not retry the other's failed release.
    DEPLOY_SERVICES: "pushed",
    ...options.variables,
  };
  const provideBase = async () => {
    if (runtime === "process") return;
    const machine = { ...environment, ...secrets, AWS_REGION: simulator.region };
    variables.BASE_IMAGE = await untilEnd(ends, (signal) =>
      pushNodeBase({ project, directory, environment: machine, signal }),
    );
  };
  const writeLog = writeLogs(logDirectory, progress, ends);
  const cancellations = createCancellations();
  const records = createRunRecords();
  const isRepeated = createRepeatFilter();
  const runner = createRunner({
    repository: { name: "rehearsal/ecs-delivery", gitDirectory: repository.gitDirectory },
    mirrors: place.mirrors,
    environment,
    issuer,
    // Students copy AWS Details into this one secret.
    secrets: { AWS_CREDENTIALS: credentialsBlock(secrets) },
    vars: variables,
    directory,
    emit: (event) => {
      if (isRepeated(event)) return;
      writeLog(event);
      cancellations.notice(event);
      records.notice(event);
    },
  });
  const deployed = Promise.withResolvers<void>();
  const start = async (request: RunRequest, cancelAtLine?: RegExp): Promise<StartedRun> => {
    const started = await runner.start(request);
    if (!started) throw new Error(`${request.workflow} is not started by this push`);
    if (cancelAtLine) cancellations.add(started, cancelAtLine);
    const result = follow(started);
    result.then(
      ({ conclusion }) => {
        if (conclusion === "success" && request.workflow === deployWorkflow) deployed.resolve();
      },
      () => {},
    );
    return { id: started.id, result };
  };
  const startManually = ({ file, inputs }: ManualRun, sha: string) =>
    start({
      workflow: `.github/workflows/${file}`,
      event: { name: "workflow_dispatch", branch: "main", sha, inputs },
    });
  const main = () => pushes.main() ?? repository.start;
  const runWorkflow = async (file: string, inputs: Record<string, string>) =>
    (await startManually({ file, inputs }, main())).result;
  const startDeploy = async ({ before, after }: Move, cancelAtLine?: RegExp) => {
    const event = { name: "push", branch: "main", before, after } as const;
    return (await start({ workflow: deployWorkflow, event }, cancelAtLine)).result;
  };
  const aws = openClients(simulator, ends);
  const visited = ["/", "/suppliers", "/admin/suppliers"].map((path) => addresses.production + path);
  const visitors = createVisitors(visited, options.visitors || defaultVisitors, ends);
  const operations = createOperations({
    ...{ aws, main, visitors, startManually, gitDirectory: repository.gitDirectory, say: progress.say },
    list: `${addresses.production}/suppliers`,
    push: (release) => pushes.push(repository, variables, release),
  });
  const extensions = [
    runsTab(records, aws.pipelines),
    checkTab(async function* () {
      const { endpoint, region, keys } = simulator;
      const account = { endpoint, region, credentials: credentialsOf(keys) };
      // Few users need it, and it has many clients.
      const { checkPhases } = await import("../page/check-phases.ts");
      yield* checkPhases({ account, repository: project, site: addresses.production });
    }),
    // The unattended story checks its own changes, and no others.
    ...(options.once ? [] : [operateTab(operations)]),
  ];
  const page = await showLivePage(
    { simulator, port: options.pagePort, timeScale, extensions },
    progress,
    ends,
  );
  return {
    simulator,
    aws,
    runtime,
    account: options.account,
    timeScale,
    repository,
    addresses,
    page,
    visitors,
    runs,
    records,
    deployed: deployed.promise,
    noticeOn({ id, jobs }, message) {
      const failed = jobs.filter(({ conclusion }) => conclusion === "failure");
      for (const { name } of failed)
        records.notice({ type: "annotation", run: id, job: name, annotation: { level: "notice", message } });
    },
    async provision() {
      const [result] = await Promise.all([
        noted(runWorkflow("provision.yml", { profile: options.account })),
        provideBase(),
      ]);
      return result;
    },
    pushAndFollow: (release = {}) => noted(pushes.pushAndFollow(repository, variables, release)),
    runWorkflow: (file, inputs) => noted(runWorkflow(file, inputs)),
  };
}

async function noted(run: Promise<RunResult>): Promise<RunResult> {
  const result = await run;
  noteRun(result.id);
  return result;
}

/** Stops the work when the rehearsal ends first, and waits for its end. */
function untilEnd<T>(ends: AsyncDisposableStack, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const ending = new AbortController();
  const result = work(ending.signal);
  ends.defer(async () => {
    ending.abort();
    await result.catch(() => {});
  });
  return result;
}

/** Returns keys that only a simulated AWS accepts. Random, so that hiding them hides nothing else. */
function inventedKeys(): Keys {
  return {
    AWS_ACCESS_KEY_ID: `AKIA${randomBytes(8).toString("hex").toUpperCase()}`,
    AWS_SECRET_ACCESS_KEY: randomBytes(30).toString("base64"),
    AWS_SESSION_TOKEN: randomBytes(90).toString("base64"),
  };
}

/** The lines that AWS Details shows for the AWS CLI. */
function credentialsBlock(keys: Keys): string {
  const lines = Object.entries(keys).map(([name, value]) => `${name.toLowerCase()}=${value}`);
  return ["[default]", ...lines].join("\n");
}
