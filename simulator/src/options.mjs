// @ts-check
import { defineOptions, oneOf, wholeNumber } from "../../scripts/run/command-line.mjs";
import { requireFreePorts } from "../../scripts/run/ports.mjs";

/** The smallest share for which the kernel's CPU quota can keep a task of the smallest size. */
const leastVcpuShare = 0.04;

const options = defineOptions({
  port: {
    value: "N",
    parse: wholeNumber(0, 65_535),
    help: "port of the API and the registry (default 4566, 0 takes a free one)",
  },
  "listener-offset": {
    value: "N",
    parse: wholeNumber(0, 65_535 - 80),
    help: "a load balancer's port P is served on 127.0.0.1:(P + N) (default 10000)",
  },
  runtime: {
    value: "KIND",
    parse: oneOf("process", "docker"),
    help: "what tasks run as: process (default), or docker: containers of this machine's Docker engine",
  },
  "vcpu-share": {
    value: "N",
    parse: cores,
    help: "how much of a core of this machine one vCPU is, such as 0.5; tasks are then kept to their CPU units. Without it, processes get what there is, and Docker's containers a core per vCPU",
  },
  "time-scale": {
    value: "N",
    parse: wholeNumber(1, 10_000),
    help: "how many times faster than real time AWS's waits pass (default 60)",
  },
  region: { value: "NAME", help: "(default us-east-1)" },
  account: { value: "ID", parse: accountId, help: "twelve digits (default 123456789012)" },
  "account-kind": {
    value: "KIND",
    parse: oneOf("standard", "academy"),
    help: "standard (default): an account with a default VPC that may do everything; academy: the lab's, which has LabVPC, PipelineRole, DeployRole, MonolithicAppServer and supplierdb, and is denied iam:CreateRole, iam:CreateOpenIDConnectProvider and s3:PutBucketVersioning",
  },
  prices: {
    value: "FILE",
    help: 'what the Price List API knows, as "aws pricing get-products" prints it; without it, the prices of a day for what the templates use',
  },
  fault: {
    value: "FAULT",
    multiple: true,
    help: "makes calls fail, as OPERATION=KIND[,times=N][,after=N][,accessKeyId=KEY][,milliseconds=N]; may be given several times: --fault ecs:DescribeServices=throttle,times=3; kinds: throttle, server-error, unavailable, deny, expire, cut, cut-answer, delay, service-linked-role",
  },
});

/**
 * `npm run simulator`, as the machine's own Node reads it before anything is installed.
 * @type {import("../../scripts/run/command-line.mjs").Command<typeof options>}
 */
export const command = {
  name: "simulator",
  about:
    "Starts an offline AWS on 127.0.0.1 and prints the environment variables that point any AWS tool at it.",
  options,
  notes: `The secret key that is printed is of this start alone, and every call must be signed. Calls may also be signed with the keys that STS issues and with those of the variable SIMULATOR_ACCESS_KEYS: [{"accessKeyId":"…","secretAccessKey":"…","sessionToken":"…"}]`,
  check: ({ port = 4566 }) => requireFreePorts([{ port, option: "--port" }]),
};

/** @param {string} text */
function cores(text) {
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || value < leastVcpuShare)
    throw new Error(`is not a number of cores from ${leastVcpuShare}, such as 0.5`);
  return value;
}

/** @param {string} text */
function accountId(text) {
  if (!/^\d{12}$/.test(text)) throw new Error("is not a twelve-digit account id");
  return text;
}
