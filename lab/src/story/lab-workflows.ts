import { SetRepositoryPolicyCommand } from "@aws-sdk/client-ecr";
import type { LabOptions } from "../options.mjs";
import type { StartedRun } from "../page/operations.ts";
import { createRunRecords } from "../page/run-records.ts";
import type { TokenIssuer } from "../runner/jobs/token-issuer.ts";
import type { Mirrors } from "../runner/load/sources.ts";
import type { RunResult } from "../runner/result.ts";
import { createRunner, type RunRequest } from "../runner/runner.ts";
import { repositoryName } from "./apply-access.ts";
import type { Change } from "./change.ts";
import type { createPushFollower, Move } from "./follow-pushes.ts";
import { createCancellations, createFollower, createRepeatFilter, writeLogs } from "./follow-runs.ts";
import type { ManualRun } from "./manual-runs.ts";
import type { Progress } from "./progress.ts";
import type { ScratchRepository } from "./scratch-repository.ts";
import {
  type AwsClients,
  type Keys,
  machineEnvironment,
  type SimulatorProcess,
} from "./simulator-process.ts";
import { nodeRepository, pushNodeBase } from "./task-runtime.ts";

const deployWorkflow = ".github/workflows/deploy.yml";

export interface Place {
  project: string;
  /** Other repositories whose actions and workflows the project uses. */
  mirrors?: Mirrors;
  /** Committed before the first run. */
  preparations?: readonly Change[];
  /** Temporary; the caller removes it. */
  directory: string;
  logDirectory: string;
}

/** Parts of a rehearsal that its workflows and its page need. */
export interface Lab {
  readonly options: LabOptions;
  readonly place: Place;
  readonly simulator: SimulatorProcess;
  readonly issuer: TokenIssuer;
  readonly repository: ScratchRepository;
  /** Addresses of the load balancer's two listeners. */
  readonly addresses: { readonly production: string; readonly test: string };
  readonly pushes: ReturnType<typeof createPushFollower>;
}

/** Starts workflows of the repository and follows their runs. */
export function createWorkflows(lab: Lab, progress: Progress, ends: AsyncDisposableStack) {
  const { place, simulator, issuer, repository, pushes } = lab;
  const { directory, logDirectory } = place;
  const environment = machineEnvironment(process.env, simulator.endpoint, directory);
  const variables = variablesOf(lab);
  const runs: RunResult[] = [];
  const follow = createFollower(runs, logDirectory, ends);
  const writeLog = writeLogs(logDirectory, progress, ends);
  const cancellations = createCancellations();
  const records = createRunRecords();
  const isRepeated = createRepeatFilter();
  const runner = createRunner({
    repository: { name: repositoryName, gitDirectory: repository.gitDirectory },
    mirrors: place.mirrors,
    ...{ environment, issuer, directory, vars: variables },
    // Students copy AWS Details into this one secret; elsewhere, the jobs have roles.
    secrets: lab.options.account === "academy" ? { AWS_CREDENTIALS: credentialsBlock(simulator.keys) } : {},
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
    const settle = ({ conclusion }: RunResult) => {
      if (conclusion === "success" && request.workflow === deployWorkflow) deployed.resolve();
    };
    result.then(settle, () => {});
    return { id: started.id, result };
  };
  return {
    ...{ variables, runs, records, deployed: deployed.promise },
    main: () => pushes.main() ?? repository.start,
    startManually: ({ file, inputs }: ManualRun, sha: string) =>
      start({
        workflow: `.github/workflows/${file}`,
        event: { name: "workflow_dispatch", branch: "main", sha, inputs },
      }),
    async startDeploy({ before, after }: Move, cancelAtLine?: RegExp) {
      const event = { name: "push", branch: "main", before, after } as const;
      return (await start({ workflow: deployWorkflow, event }, cancelAtLine)).result;
    },
    /** Pushes the base image of containers. It stands for a public one, so everybody may pull it. */
    async provideBase({ ecr }: Pick<AwsClients, "ecr">) {
      const machine = { ...environment, ...simulator.keys, AWS_REGION: simulator.region };
      variables.BASE_IMAGE = await untilEnd(ends, (signal) =>
        pushNodeBase({ project: place.project, directory, environment: machine, signal }),
      );
      const policyText = JSON.stringify(pullByAll);
      await ecr.send(new SetRepositoryPolicyCommand({ repositoryName: nodeRepository, policyText }));
    },
  };
}

const pullByAll = {
  Version: "2012-10-17",
  Statement: {
    Effect: "Allow",
    Principal: "*",
    Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
  },
};

export type Workflows = ReturnType<typeof createWorkflows>;

/** The repository's variables. */
function variablesOf({ options, simulator, addresses }: Lab): Record<string, string> {
  return {
    AWS_REGION: simulator.region,
    PROFILE: options.account,
    // The simulated AWS provides Node to processes.
    BASE_IMAGE: "scratch",
    // No name server can resolve the name of a simulated load balancer.
    PRODUCTION_URL: addresses.production,
    // AWS's waits pass faster here than the workflows' own time.
    SETTLE_FOR: "1s",
    // Every visitor of the rehearsal is on this machine, until a chapter limits it to one address.
    ADMIN_SOURCE_IPS: "127.0.0.0/8",
    // Chapters of both services share main: a push of one must not retry the other's failed release.
    DEPLOY_SERVICES: "pushed",
    ...options.variables,
  };
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

/** The lines that AWS Details shows for the AWS CLI. */
function credentialsBlock(keys: Keys): string {
  const lines = Object.entries(keys).map(([name, value]) => `${name.toLowerCase()}=${value}`);
  return ["[default]", ...lines].join("\n");
}
