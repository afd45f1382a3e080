// @ts-check
import { defineOptions, oneOf, wholeNumber } from "../../program/src/command-line.mjs";
import { databaseOption } from "../../program/src/database.mjs";
import { requireFreePorts } from "../../program/src/processes.mjs";

/** The smallest share for which the kernel's CPU quota can limit a task of the smallest size. */
const leastVcpuShare = 0.04;

const options = defineOptions({
  port: {
    value: "N",
    parse: wholeNumber(0, 65_535),
    help: "port of the API and the registry (default 4566, 0 selects a free one)",
  },
  "page-port": {
    value: "N",
    parse: wholeNumber(0, 65_535),
    help: "port of the page that shows the account to a browser (default: the port after --port)",
  },
  "no-page": { help: "serve no such page" },
  "listener-offset": {
    value: "N",
    parse: wholeNumber(0, 65_535 - 80),
    help: "a load balancer's port P is served on 127.0.0.1:(P + N) (default 20000)",
  },
  runtime: {
    value: "KIND",
    parse: oneOf("process", "docker"),
    help: "process (default): tasks are child processes; docker: containers of this machine's Docker engine",
  },
  database: databaseOption,
  "vcpu-share": {
    value: "N",
    parse: cores,
    help: "cores of this machine per vCPU, such as 0.5; limits tasks to their CPU units. Without it, processes have no limit, and Docker's containers get a core per vCPU",
  },
  "service-time": {
    value: "MS",
    parse: wholeNumber(1, 10_000),
    help: "each request that a load balancer passes on takes a task with one vCPU MS milliseconds, one with 512 CPU units twice as long; only with --runtime process. Default: as fast as this machine",
  },
  "query-time": {
    value: "MS",
    parse: wholeNumber(1, 10_000),
    help: "each statement takes a DB instance MS milliseconds, one after another (default: as fast as this machine)",
  },
  "time-scale": {
    value: "N",
    parse: wholeNumber(1, 10_000),
    help: "AWS's waits pass N times faster than real time (default 60)",
  },
  region: { value: "NAME", help: "(default us-east-1)" },
  account: { value: "ID", parse: accountId, help: "twelve digits (default 123456789012)" },
  "account-kind": {
    value: "KIND",
    parse: oneOf("standard", "academy"),
    help: "standard (default): an account with a default VPC and all permissions; academy: the lab's, which has LabVPC, PipelineRole, DeployRole, MonolithicAppServer and supplierdb, and is denied iam:CreateRole, iam:CreateOpenIDConnectProvider and s3:PutBucketVersioning",
  },
  permissions: {
    value: "MODE",
    parse: oneOf("enforce", "report", "off"),
    help: "whether policies decide about calls: enforce (default); report warns about what AWS would deny, and performs it; off",
  },
  networks: {
    value: "MODE",
    parse: oneOf("enforce", "off"),
    help: "whether routes and security groups decide who can reach whom: enforce (default) or off",
  },
  quota: {
    value: "NAME=N",
    parse: quota,
    help: "a quota of the account: fargate-vcpu=6 is a new account's, which limits the vCPUs of its tasks (default: no limit)",
  },
  fault: {
    value: "FAULT",
    multiple: true,
    help: "makes calls fail, as OPERATION=KIND[,times=N][,after=N][,accessKeyId=KEY][,milliseconds=N]; may be given several times: --fault ecs:DescribeServices=throttle,times=3; kinds: throttle, server-error, unavailable, deny, expire, cut, cut-answer, delay, service-linked-role, iam-delay",
  },
});

/**
 * `npm run simulator`, as the machine's own Node reads it before anything is installed.
 * @type {import("../../program/src/command-line.mjs").Command<typeof options>}
 */
export const command = {
  name: "simulator",
  about:
    "Starts an offline AWS on 127.0.0.1 and prints the environment variables that point any AWS tool at it.",
  options,
  notes: `The printed secret key is valid for this start only, and every call must be signed. Calls may also be signed with keys that STS issues and with those in the variable SIMULATOR_ACCESS_KEYS: [{"accessKeyId":"…","secretAccessKey":"…","sessionToken":"…"}]. AssumeRoleWithWebIdentity accepts tokens signed by the public keys in the variable SIMULATOR_IDENTITY_KEYS: {"https://ISSUER":[{"kty":"RSA","kid":"…","n":"…","e":"AQAB"}]}`,
  check: ({ port = 4566, "page-port": pagePort = port && port + 1, "no-page": noPage }) =>
    requireFreePorts([
      { port, option: "--port" },
      ...(noPage ? [] : [{ port: pagePort, option: "--page-port" }]),
    ]),
};

/** @param {string} text */
function cores(text) {
  const value = Number(text);
  if (!/^(?:\d+|\d*\.\d+)$/.test(text) || value < leastVcpuShare)
    throw new Error(`is not a number of cores from ${leastVcpuShare}, such as 0.5`);
  return value;
}

/** @param {string} text */
function quota(text) {
  const [, count] = /^fargate-vcpu=(\d+)$/.exec(text) ?? [];
  if (count === undefined) throw new Error("is not fargate-vcpu=N, such as fargate-vcpu=6");
  return { fargateVcpu: Number(count) };
}

/** @param {string} text */
function accountId(text) {
  if (!/^\d{12}$/.test(text)) throw new Error("is not a twelve-digit account id");
  return text;
}
