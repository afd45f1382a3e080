import { usageOf } from "@ecs-delivery/program/command-line";
import { expect, it } from "vitest";
import { accessKeysVariable } from "./access-keys.ts";
import { accountKinds } from "./accounts/account-kind.ts";
import { parseArguments } from "./command.ts";
import { faultKinds } from "./gateway/faults.ts";
import { networkModes } from "./networks/networks.ts";
import { command } from "./options.mjs";
import { taskRuntimeKinds } from "./runtime/tasks/runtime.ts";
import { exportLines } from "./shell-lines.ts";
import { defaultListenerPortOffset, defaultPort, defaultTimeScale } from "./simulator.ts";

// The table of options is read before the installation: it repeats definitions of the simulator.
it("the usage lists the defaults, kinds and variables of the simulator", () => {
  const usage = usageOf(command, 10_000);
  for (const [option, text] of [
    ["port", `default ${defaultPort}`],
    ["listener-offset", `default ${defaultListenerPortOffset}`],
    ["time-scale", `default ${defaultTimeScale}`],
    ["fault", `kinds: ${faultKinds.join(", ")}`],
  ] as const)
    expect(command.options[option].help).toContain(text);
  expect(usage).toContain(accessKeysVariable);
});

it.each([
  ["runtime", taskRuntimeKinds],
  ["account-kind", accountKinds],
  ["networks", networkModes],
])("--%s accepts every kind, and lists them for another", (option, kinds) => {
  for (const kind of kinds) expect(() => parseArguments([`--${option}`, kind])).not.toThrow();
  expect(() => parseArguments([`--${option}`, "other"])).toThrow(`"other" is not one of ${kinds.join(", ")}`);
});

it.each([
  [[], defaultPort + 1],
  [["--port", "5000"], 5001],
  [["--port", "0"], 0],
  [["--port", "5000", "--page-port", "0"], 0],
])("%j serves the live page on port %i", (argv, pagePort) => {
  expect(parseArguments(argv).pagePort).toBe(pagePort);
});

it.each([
  [[], undefined],
  [["--vcpu-share", "0.5"], 0.5],
  [["--vcpu-share=.25"], 0.25],
  [["--vcpu-share=1"], 1],
])("%j makes a vCPU this share of a core: %s", (argv, vcpuShare) => {
  expect(parseArguments(argv).vcpuShare).toBe(vcpuShare);
});

it("--service-time and --query-time are milliseconds", () => {
  const options = parseArguments(["--service-time=10", "--query-time", "8"]);
  expect(options).toMatchObject({ serviceTimeMs: 10, queryTimeMs: 8 });
  expect(() => parseArguments(["--service-time=0.5"])).toThrow("--service-time");
});

it("--quota is a number of vCPUs", () => {
  expect(parseArguments(["--quota=fargate-vcpu=6"]).quotas).toEqual({ fargateVcpu: 6 });
  expect(() => parseArguments(["--quota=vcpu=6"])).toThrow(
    '--quota: "vcpu=6" is not fargate-vcpu=N, such as fargate-vcpu=6',
  );
});

it.each(["0", "0.03", "-1", "half", "1e3", ""])("--vcpu-share=%s is refused", (text) => {
  expect(() => parseArguments([`--vcpu-share=${text}`])).toThrow(
    `--vcpu-share: "${text}" is not a number of cores from 0.04, such as 0.5`,
  );
});

it.each([
  [
    { AWS_REGION: "eu-west-3", AWS_ACCESS_KEY_ID: "AKIA" },
    [
      "unset AWS_SESSION_TOKEN AWS_PROFILE AWS_DEFAULT_PROFILE",
      "export AWS_DEFAULT_REGION=eu-west-3",
      "export AWS_REGION=eu-west-3",
      "export AWS_ACCESS_KEY_ID=AKIA",
    ],
  ],
  [
    { AWS_REGION: "us-east-1", AWS_SESSION_TOKEN: "a+b/c==", NOTE: "it's $HOME" },
    [
      "unset AWS_PROFILE AWS_DEFAULT_PROFILE",
      "export AWS_DEFAULT_REGION=us-east-1",
      "export AWS_REGION=us-east-1",
      "export AWS_SESSION_TOKEN=a+b/c==",
      "export NOTE='it'\\''s $HOME'",
    ],
  ],
])("lines for a shell: %j", (variables, lines) => {
  expect(exportLines(variables)).toEqual(lines);
});
