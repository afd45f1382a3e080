import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { CodeDeployClient } from "@aws-sdk/client-codedeploy";
import { CodePipelineClient } from "@aws-sdk/client-codepipeline";
import { ECRClient } from "@aws-sdk/client-ecr";
import { ECSClient } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { neededBySimulator, shortEnvironment } from "@ecs-delivery/program/short-environment";
import type { TaskRuntimeKind } from "@ecs-delivery/simulator/runtime/tasks/runtime";
import type { StepProcess } from "../runner/jobs/run-context.ts";
import { githubIssuer, type TokenIssuer } from "../runner/jobs/token-issuer.ts";
import type { AccountKind } from "./chapter-list.mjs";

export interface SimulatorProcess {
  endpoint: string;
  region: string;
  /** Keys that sign the calls of this rehearsal. */
  keys: Keys;
  /** Leads browsers that open the endpoint to this address. */
  showPage(address: string): void;
  /** Decisions of policies about calls so far. */
  permissions(): Promise<UsedPermissions>;
  /** Returns the peak memory in MB; undefined where the system does not report it. */
  peakResidentMb(): Promise<number | undefined>;
}

interface UsedPermissions {
  /** Number of calls, by ARN of the caller. */
  readonly calls: readonly (readonly [caller: string, count: number])[];
  readonly denied: readonly { readonly caller: string; readonly action: string; readonly message: string }[];
  /** Number of calls, by action and the part that could not be checked. */
  readonly notChecked: readonly (readonly [part: string, count: number])[];
}

/** AWS keys, under the variable names that every tool reads. */
export type Keys = Record<"AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" | "AWS_SESSION_TOKEN", string>;

interface SimulatorProcessOptions {
  runtime: TaskRuntimeKind;
  database: "local" | "docker";
  account: AccountKind;
  /** By default those of the simulator. */
  accountId?: string;
  region?: string;
  port: number;
  listenerOffset: number;
  timeScale: number;
  /** Part of a core per vCPU of a task; unlimited by default. */
  vcpuShare?: number | undefined;
  /** Milliseconds that a vCPU works on a request, and the database on a statement; by default this machine's. */
  serviceTime?: number | undefined;
  queryTime?: number | undefined;
  /** Keys that sign the calls of this rehearsal. */
  keys: Keys;
  /** Signs the identity tokens of this rehearsal. */
  issuer: TokenIssuer;
  /** Folder for its temporary files. */
  temporaryDirectory: string;
  logFile: string;
  /** Isolates it; by default it runs with the rights of this process. */
  wrap?: (process: StepProcess) => StepProcess;
  /** Receives a port of this machine when a load balancer begins and ends to be served on it. */
  onListener?: (port: number, isServed: boolean) => void;
}

/** Requests in progress, which survive a collection, take less than 1 MB at the load of the story. */
const youngPartMb = 4;

/**
 * Starts the simulated AWS as a separate process, ended by `ends`. Rejects with its error message if it cannot start.
 */
export async function startSimulatorProcess(
  options: SimulatorProcessOptions,
  ends: AsyncDisposableStack,
): Promise<SimulatorProcess> {
  // An interruption ends the lab while its preparation goes on.
  if (ends.disposed) throw new Error("the lab has ended");
  const main = fileURLToPath(new URL("../../../simulator/src/main.ts", import.meta.url));
  const { wrap = (started) => started } = options;
  const { command, directory, environment } = wrap({
    // Under steady load V8 allows the three parts of its young generation to grow to 32 MiB each, mostly garbage.
    command: [process.execPath, `--max-semi-space-size=${youngPartMb}`, main, ...argumentsOf(options)],
    directory: options.temporaryDirectory,
    environment: {
      ...shortEnvironment(process.env, neededBySimulator),
      TMPDIR: options.temporaryDirectory,
      SIMULATOR_ACCESS_KEYS: JSON.stringify([credentialsOf(options.keys)]),
      SIMULATOR_IDENTITY_KEYS: JSON.stringify({ [githubIssuer]: options.issuer.keys }),
    },
  });
  const [program = "", ...argumentsOfProgram] = command;
  const child: ChildProcess = spawn(program, argumentsOfProgram, {
    ...{ cwd: directory, env: environment },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    // A terminal's Ctrl-C must reach it only through the lab, after the runs that use it have ended.
    detached: true,
  });
  const answers = new EventEmitter();
  child.on("message", (message: { listener?: { port: number; isServed: boolean } }) => {
    const { listener } = message;
    if (listener) options.onListener?.(listener.port, listener.isServed);
    else answers.emit("message", message);
  });
  const log = createWriteStream(options.logFile);
  let lastLine = "";
  createInterface({ input: child.stderr as NodeJS.ReadableStream }).on("line", (line) => {
    lastLine = line;
    log.write(`${line}\n`);
  });
  const exited = once(child, "exit");
  ends.defer(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
    await exited;
    log.end();
  });
  const failed = exited.then(([code]) => {
    throw new Error(lastLine || `the simulated AWS ended with code ${code} before it was ready`);
  });
  const [ready] = (await Promise.race([once(answers, "message"), failed])) as [
    { environmentVariables: Record<string, string> },
  ];
  failed.catch(() => {});
  const { AWS_ENDPOINT_URL: endpoint = "", AWS_REGION: region = "" } = ready.environmentVariables;
  return {
    endpoint,
    region,
    keys: options.keys,
    showPage: (page) => void child.send({ page }),
    async permissions() {
      child.send({ permissions: true });
      const [{ permissions }] = (await once(answers, "message")) as [{ permissions: UsedPermissions }];
      return permissions;
    },
    peakResidentMb: () => peakResidentMb(child.pid as number),
  };
}

function argumentsOf({ runtime, database, account, ...options }: SimulatorProcessOptions): string[] {
  const { port, listenerOffset, timeScale, vcpuShare, serviceTime, queryTime, accountId, region } = options;
  const values = {
    ...{ runtime, database, port, "account-kind": account, "listener-offset": listenerOffset },
    permissions: "enforce",
    networks: "enforce",
    ...{ "time-scale": timeScale, ...(vcpuShare !== undefined && { "vcpu-share": vcpuShare }) },
    ...{ ...(accountId && { account: accountId }), ...(region && { region }) },
    ...{ ...(serviceTime && { "service-time": serviceTime }), ...(queryTime && { "query-time": queryTime }) },
  };
  return ["--no-page", ...Object.entries(values).map(([name, value]) => `--${name}=${value}`)];
}

async function peakResidentMb(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
}

export type AwsClients = ReturnType<typeof openClients>;

/** Opens the clients with which the story reads the account and does the course's manual steps. Closed by `ends`. */
export function openClients(
  { endpoint, region, keys }: Pick<SimulatorProcess, "endpoint" | "region" | "keys">,
  ends: DisposableStack | AsyncDisposableStack,
) {
  const settings = { endpoint, region, credentials: credentialsOf(keys) };
  const clients = {
    cloudformation: new CloudFormationClient(settings),
    ecr: new ECRClient(settings),
    ecs: new ECSClient(settings),
    balancer: new ElasticLoadBalancingV2Client(settings),
    codedeploy: new CodeDeployClient(settings),
    pipelines: new CodePipelineClient(settings),
    logs: new CloudWatchLogsClient(settings),
    secrets: new SecretsManagerClient(settings),
  };
  ends.defer(() => {
    for (const client of Object.values(clients)) client.destroy();
  });
  return clients;
}

export function credentialsOf(keys: Keys) {
  return {
    accessKeyId: keys.AWS_ACCESS_KEY_ID,
    secretAccessKey: keys.AWS_SECRET_ACCESS_KEY,
    // A user's own keys have none.
    ...(keys.AWS_SESSION_TOKEN && { sessionToken: keys.AWS_SESSION_TOKEN }),
  };
}

/**
 * Returns the environment of the rehearsal's runner, without any AWS setting of the user, so that nothing can reach a
 * real account.
 * @param directory of temporary files
 */
export function machineEnvironment(
  environment: NodeJS.ProcessEnv,
  endpoint: string,
  directory: string,
): Record<string, string> {
  return {
    ...shortEnvironment(environment),
    TMPDIR: directory,
    AWS_ENDPOINT_URL: endpoint,
    AWS_CONFIG_FILE: join(directory, "no-aws-config"),
    AWS_SHARED_CREDENTIALS_FILE: join(directory, "no-aws-credentials"),
    AWS_EC2_METADATA_DISABLED: "true",
    // npm's cache already has the packages that the set-up installed.
    npm_config_prefer_offline: "true",
    npm_config_update_notifier: "false",
  };
}
