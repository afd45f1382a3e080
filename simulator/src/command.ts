import { setFlagsFromString } from "node:v8";
import { parseCommandLine, Refusal, refused, usageOf } from "@ecs-delivery/program/command-line";
import { neededBySimulator, shortEnvironment } from "@ecs-delivery/program/short-environment";
import { accessKeysVariable, readAccessKeys, readIdentityKeys } from "./access-keys.ts";
import { type Fault, type FaultKind, faultKinds } from "./gateway/faults.ts";
import { command } from "./options.mjs";
import { warningForRoot } from "./runtime/tasks/start-runtime.ts";
import { exportLines, gitCloneCommand } from "./shell-lines.ts";
import { defaultPort, type Simulator, type SimulatorOptions, startSimulator } from "./simulator.ts";

/**
 * Stored data (mostly log lines) are replaced all the time and become garbage of the old generation. By default, V8
 * allows 30 MB of it to gather in addition to 50 in use. Collecting at a fifth, six times a minute in the rehearsal,
 * takes 0.3 % of the main thread's time.
 */
const heapGrowth = "--heap-growing-percent=20";

/** On an idle machine it takes a second. */
const endsWithinMs = 6000;

/** `npm run simulator`: starts the offline AWS, prints its address, ends with Ctrl-C or with its parent. */
export async function runCommand(argv: readonly string[]): Promise<void> {
  try {
    const { help, taskRuntime, pagePort, ...options } = parseArguments(argv);
    if (help) return console.log(usageOf(command, process.stdout.columns));
    setFlagsFromString(heapGrowth);
    const accessKeys = readAccessKeys(process.env[accessKeysVariable]);
    const identityKeys = readIdentityKeys(process.env.SIMULATOR_IDENTITY_KEYS);
    forgetEnvironment();
    const warning = warningForRoot(taskRuntime);
    if (warning) console.error(`simulator: ${warning}`);
    const onListener = (port: number, isServed: boolean) =>
      void (process.connected && process.send?.({ listener: { port, isServed } }));
    const starting = startSimulator({ ...options, taskRuntime, accessKeys, identityKeys, onListener });
    // Also during the start, which may have started processes already.
    endWith(starting);
    const simulator = await starting;
    announce(simulator, await showPage(simulator, pagePort));
  } catch (error) {
    fail(refused)(error);
  }
}

/** Gives databases and other child processes the variables they need, and no secret of the user. */
function forgetEnvironment(): void {
  const kept = shortEnvironment(process.env, neededBySimulator);
  for (const name of Object.keys(process.env)) if (!(name in kept)) delete process.env[name];
}

/**
 * Serves the page that shows the account, and leads browsers that open the endpoint there. Without a port, the parent
 * has a page, whose address it sends; it may also ask for the permissions used. Resolves to the address of the page.
 */
async function showPage(simulator: Simulator, port: number | undefined): Promise<string | undefined> {
  process.on("message", ({ page, permissions }: { page?: string; permissions?: true }) => {
    if (page) simulator.showPage(page);
    if (!permissions) return;
    const { calls, denied, notChecked } = simulator.permissionReport();
    process.send?.({ permissions: { calls: [...calls], denied, notChecked: [...notChecked] } });
  });
  if (port === undefined) return undefined;
  const { openPageClients, startPage } = await import("@ecs-delivery/live/page");
  const { region } = simulator.clientConfig;
  const { address } = await startPage({
    clients: openPageClients(simulator.clientConfig),
    region,
    port,
    clock: { now: Date.now, wait: (ms, signal) => simulator.clock.wait(ms * simulator.clock.scale, signal) },
    timeScale: simulator.clock.scale,
    callsPerMinute: 2_000,
  });
  simulator.showPage(address);
  return address;
}

function announce({ endpoint, environmentVariables }: Simulator, page: string | undefined): void {
  for (const line of exportLines(environmentVariables)) console.log(line);
  if (page) console.error(`watch it in a browser: ${page}`);
  console.error(`CodeCommit: ${gitCloneCommand(endpoint)}`);
  console.error("simulated AWS is ready; Ctrl-C ends it and removes its data");
  // A parent that opened a channel reads this instead of standard output.
  process.send?.({ environmentVariables });
}

function endWith(starting: Promise<Simulator>): void {
  const end = () => {
    // The processes that watch over this one end the rest: the orphan guard, and Docker's janitor.
    setTimeout(() => fail(1)(new Error("not everything has ended in time")), endsWithinMs).unref();
    starting.then((simulator) => simulator.close()).then(() => process.exit(0), fail(1));
  };
  for (const event of ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"]) process.on(event, end);
}

const fail =
  (exitCode: number) =>
  (error: unknown): never => {
    console.error(`simulator: ${(error as Error).message}`);
    process.exit(exitCode);
  };

/**
 * Returns the options of the command. Throws a refusal with the option and its allowed values.
 *
 * @internal
 */
export function parseArguments(
  argv: readonly string[],
): SimulatorOptions & { help: boolean; pagePort: number | undefined } {
  const values = parseCommandLine(command, argv);
  const options = {
    port: values.port,
    listenerPortOffset: values["listener-offset"],
    taskRuntime: values.runtime,
    vcpuShare: values["vcpu-share"],
    serviceTimeMs: values["service-time"],
    queryTimeMs: values["query-time"],
    timeScale: values["time-scale"],
    region: values.region,
    accountId: values.account,
    account: values["account-kind"],
    databaseInDocker: values.database === "docker",
    permissions: values.permissions ?? "enforce",
    networks: values.networks ?? "enforce",
    quotas: values.quota,
    faults: refuse(() => values.fault?.map(parseFault)),
  };
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const { port = defaultPort } = values;
  // A free port is selected for both.
  const pagePort = values["no-page"] ? undefined : (values["page-port"] ?? (port === 0 ? 0 : port + 1));
  return { help: values.help ?? false, pagePort, ...Object.fromEntries(given) };
}

function refuse<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Refusal((error as Error).message, { cause: error });
  }
}

const counts = ["times", "after", "milliseconds"] as const;

/**
 * Parses a fault of the command line: `ecs:DescribeServices=throttle,times=3,after=5`. Throws an error with the
 * problem.
 */
function parseFault(text: string): Fault {
  const invalid = (problem: string) =>
    new Error(`--fault "${text}": ${problem}, as in ecs:DescribeServices=throttle,times=3`);
  const [, operation, kind, rest] = /^([^=]+)=([^,]+)(?:,(.*))?$/.exec(text) ?? [];
  if (operation === undefined || kind === undefined) throw invalid("give OPERATION=KIND");
  if (!faultKinds.includes(kind as FaultKind)) throw invalid(`KIND is one of ${faultKinds.join(", ")}`);
  const settings: Record<string, string | number> = {};
  for (const setting of rest?.split(",") ?? []) {
    const [name = "", value = ""] = setting.split("=");
    if (name === "accessKeyId" && value !== "") settings[name] = value;
    else if (counts.some((each) => each === name) && /^\d+$/.test(value)) settings[name] = Number(value);
    else throw invalid(`"${setting}" is none of ${counts.join("=N, ")}=N, accessKeyId=KEY`);
  }
  return { operation, kind: kind as FaultKind, ...settings };
}
