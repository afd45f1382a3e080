import { parseArgs } from "node:util";
import { accessKeysVariable } from "./access-keys.ts";
import { type AccountKind, accountKinds } from "./accounts/account-kind.ts";
import { readProducts } from "./aws/pricing/products.ts";
import { faultKinds } from "./gateway/faults.ts";
import { parseFault } from "./gateway/parse-fault.ts";
import { readAdvisories } from "./planes/scanner/advisories.ts";
import { type TaskRuntimeKind, taskRuntimeKinds } from "./planes/tasks/runtime.ts";
import {
  defaultListenerPortOffset,
  defaultPort,
  defaultTimeScale,
  type SimulatorOptions,
} from "./simulator.ts";

export const usage = `npm run simulator -- [options]

Starts an offline AWS on 127.0.0.1 and prints the environment variables that point any AWS tool at it.

  --port N             port of the API and the registry (default ${defaultPort}, 0 takes a free one)
  --listener-offset N  a load balancer's port P is served on 127.0.0.1:(P + N) (default ${defaultListenerPortOffset})
  --runtime KIND       what tasks run as: process (default), or docker: containers of this machine's Docker engine
  --vcpu-share N       how much of a core of this machine one vCPU is, such as 0.5; tasks are then kept to their CPU units.
                       Without it, processes get what there is, and Docker's containers a core per vCPU
  --time-scale N       how many times faster than the wall AWS's waits pass (default ${defaultTimeScale})
  --region NAME        (default us-east-1)
  --account ID         twelve digits (default 123456789012)
  --account-kind KIND  standard (default): an empty account that may do everything; academy: the lab's, which has
                       LabVPC, PipelineRole, DeployRole, MonolithicAppServer and supplierdb, and is denied
                       iam:CreateRole, iam:CreateOpenIDConnectProvider and s3:PutBucketVersioning
  --advisories FILE    JSON list of what image scans look for, such as
                       [{"name":"CVE-2024-5535","distribution":"alpine","package":"openssl",
                         "fixedVersion":"3.3.1-r1","severity":"CRITICAL"}]; without it they find nothing
  --prices FILE        what the Price List API knows, as "aws pricing get-products" prints it; without it, the prices
                       of a day for what the templates use
  --fault FAULT        lets calls fail, as OPERATION=KIND[,times=N][,after=N][,accessKeyId=KEY][,milliseconds=N];
                       may be given several times: --fault ecs:DescribeServices=throttle,times=3
                       kinds: ${faultKinds.join(", ")}
  --help

The API takes any access key; git is checked. Beside the key that is printed and those that STS hands out, it may use
those of the variable ${accessKeysVariable}: [{"accessKeyId":"…","secretAccessKey":"…","sessionToken":"…"}]
`;

/** Options of the command. Throws a sentence that names the option and what it allows. */
export function parseArguments(argv: readonly string[]): SimulatorOptions & { help: boolean } {
  const { values } = parse(argv);
  const port = number(values.port, "--port", 0, 65_535);
  const listenerPortOffset = number(values["listener-offset"], "--listener-offset", 0, 65_535 - 80);
  const vcpuShare = share(values["vcpu-share"]);
  const timeScale = number(values["time-scale"], "--time-scale", 1, 10_000);
  if (values.account !== undefined && !/^\d{12}$/.test(values.account))
    throw new Error(`--account: "${values.account}" is not a twelve-digit account id`);
  return {
    help: values.help ?? false,
    ...(values.fault === undefined ? {} : { faults: values.fault.map(parseFault) }),
    ...(values.advisories === undefined ? {} : { advisories: readAdvisories(values.advisories) }),
    ...(values.prices === undefined ? {} : { products: readProducts(values.prices) }),
    ...(port === undefined ? {} : { port }),
    ...(listenerPortOffset === undefined ? {} : { listenerPortOffset }),
    ...(vcpuShare === undefined ? {} : { vcpuShare }),
    ...(timeScale === undefined ? {} : { timeScale }),
    ...(values.runtime === undefined ? {} : { taskRuntime: runtimeKind(values.runtime) }),
    ...(values.region === undefined ? {} : { region: values.region }),
    ...(values["account-kind"] === undefined ? {} : { account: accountKind(values["account-kind"]) }),
    ...(values.account === undefined ? {} : { accountId: values.account }),
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        port: { type: "string" },
        "listener-offset": { type: "string" },
        runtime: { type: "string" },
        "vcpu-share": { type: "string" },
        "time-scale": { type: "string" },
        region: { type: "string" },
        account: { type: "string" },
        "account-kind": { type: "string" },
        advisories: { type: "string" },
        prices: { type: "string" },
        fault: { type: "string", multiple: true },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new Error(`${(error as Error).message}\n\n${usage}`, { cause: error });
  }
}

function runtimeKind(text: string): TaskRuntimeKind {
  const kind = taskRuntimeKinds.find((each) => each === text);
  if (!kind) throw new Error(`--runtime: "${text}" is neither of ${taskRuntimeKinds.join(", ")}`);
  return kind;
}

function accountKind(text: string): AccountKind {
  const kind = accountKinds.find((each) => each === text);
  if (!kind) throw new Error(`--account-kind: "${text}" is neither of ${accountKinds.join(", ")}`);
  return kind;
}

/** The least is what the kernel's CPU quota can do for a task of the smallest size. */
const leastVcpuShare = 0.04;

function share(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || value < leastVcpuShare)
    throw new Error(`--vcpu-share: "${text}" is not a number of cores from ${leastVcpuShare}, such as 0.5`);
  return value;
}

function number(text: string | undefined, option: string, least: number, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw new Error(`${option}: "${text}" is not a whole number from ${least} to ${most}`);
  return value;
}
