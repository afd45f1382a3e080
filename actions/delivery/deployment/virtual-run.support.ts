import type { Clock } from "../../core/pace.ts";
import type { RunningService } from "../../ecs/service.ts";
import type { Clients, DeliveryContext } from "../context.ts";
import type { Begun, Handle, Snapshot } from "../engine.ts";
import type { DeployInputs } from "../inputs.ts";
import type { Run } from "../order/run.ts";
import { newRecord } from "../record.ts";
import { deployRevision } from "./deploy-revision.ts";
import type { Budget } from "./deployment.ts";

export const minute = 60_000;

/** Returns a clock whose time passes only by waiting. */
function virtualClock(): Clock {
  let now = 0;
  return {
    now: () => now,
    wait: async (ms, signal) => {
      signal?.throwIfAborted();
      now += ms;
    },
  };
}

/** Configuration for mocked clients, so that none searches for credentials. */
export const virtualConfig = {
  region: "us-east-1",
  credentials: { accessKeyId: "AKIAVIRTUAL", secretAccessKey: "virtual" },
};

interface VirtualRun {
  readonly clients: Pick<DeliveryContext["clients"], "ecs" | "codedeploy">;
  readonly begin: (
    context: DeliveryContext,
    inputs: DeployInputs,
    revision: string,
    service: RunningService,
  ) => Promise<Begun>;
  readonly changes: Partial<DeployInputs>;
  readonly budget: Budget;
  readonly run: Run | undefined;
}

/** Creates a context of mocked clients and virtual time; keeps what is logged and saved for the post step. */
export function virtualContext(clients: Pick<Clients, "ecs" | "codedeploy"> & Partial<Clients>, run?: Run) {
  const lines: string[] = [];
  const handles: (Handle | undefined)[] = [];
  const write = (line: string) => void lines.push(line);
  const nothing = (what: string) => () => Promise.reject(new Error(`no ${what} here`));
  const context: DeliveryContext = {
    clients: {
      logs: nothing("logs"),
      elbv2: nothing("load balancer"),
      cloudwatch: nothing("alarms"),
      ecr: nothing("registry"),
      iam: nothing("roles"),
      secretsManager: nothing("secrets"),
      ...clients,
    },
    clock: virtualClock(),
    log: { info: write, notice: write, warning: write },
    signal: new AbortController().signal,
    run,
    keepForPost: (handle) => void handles.push(handle),
  };
  return { context, lines, handles };
}

/** Returns deploy-service's default inputs for the service `web` in the cluster `c`. */
export function deployInputs(file: string, changes: Partial<DeployInputs>): DeployInputs {
  return {
    cluster: "c",
    service: "web",
    source: { file },
    rules: { unknownKeys: "pass", keptEmpty: [] },
    mode: "apply",
    appSpecFile: undefined,
    codeDeployApplication: "AppECS-c-web",
    codeDeployDeploymentGroup: "DgpECS-c-web",
    desiredCount: undefined,
    force: false,
    rollbackOnAlarm: [],
    waitUntil: "complete",
    deadlineMs: undefined,
    maxFailedTasks: 3,
    onCancel: "rollback",
    serviceSettings: {},
    ...changes,
  };
}

/** Returns a deployment in progress of which nothing else is known. */
export const snapshot = (parts: Partial<Snapshot>): Snapshot => ({
  status: "IN_PROGRESS",
  ended: undefined,
  stage: "started",
  events: [],
  traffic: undefined,
  progress: undefined,
  near: "started",
  quietUntil: undefined,
  createdAt: undefined,
  reason: undefined,
  triggeredAlarms: [],
  aftermath: "",
  startedBy: undefined,
  failedTasks: 0,
  ...parts,
});

/** Deploys web:2 in virtual time with mocked clients; returns all results. */
export async function runVirtually({ clients, begin, changes, budget, run }: VirtualRun) {
  const { context, lines, handles } = virtualContext(clients, run);
  const inputs = deployInputs("package.json", changes);
  const record = newRecord("c", "web");
  const engine = {
    begin: (revision: string, service: RunningService) => begin(context, inputs, revision, service),
  };
  const error = await deployRevision(context, inputs, { record, budget, engine, revision: "web:2" }).then(
    () => undefined,
    (reason: Error) => reason,
  );
  return { record, error, handles, lines: lines.join("\n"), endedAt: context.clock.now() };
}

/** Creates an error with the name that the SDK gives it. */
export function named(name: string, message = name): Error {
  return Object.assign(new Error(message), { name });
}
