import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Simulator } from "../../../simulator/src/simulator.ts";
import { startTestSimulator } from "../../../simulator/src/testing-simulator.ts";
import { systemClock } from "../../shared/clock.ts";
import type { ProvisionInputs } from "./inputs.ts";
import { provisionAndReport } from "./provision.ts";

const ownTemplates = fileURLToPath(new URL("../../../infra-templates", import.meta.url));

let simulator: Simulator;
let folder: string;
beforeAll(async () => {
  simulator = await startTestSimulator();
  folder = await mkdtemp(join(tmpdir(), "provision-test-"));
  await cp(join(ownTemplates, "network.yaml"), join(folder, "network.yaml"));
  await cp(join(ownTemplates, "load-balancer.yaml"), join(folder, "load-balancer.yaml"));
});
afterAll(async () => {
  await simulator?.close();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  process.env.GITHUB_OUTPUT = join(folder, "output");
  process.env.GITHUB_STEP_SUMMARY = join(folder, "summary");
  await writeFile(join(folder, "output"), "");
  await writeFile(join(folder, "summary"), "");
  return () => {
    delete process.env.GITHUB_OUTPUT;
    delete process.env.GITHUB_STEP_SUMMARY;
  };
});

async function run(changes: Partial<ProvisionInputs>) {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const world = {
    cloudformation: new CloudFormationClient(simulator.clientConfig),
    clock: { now: Date.now, wait: (ms: number, signal?: AbortSignal) => systemClock.wait(ms / 20, signal) },
    log: { info: write, warning: write },
    signal: new AbortController().signal,
  };
  const inputs: ProvisionInputs = {
    stacks: [],
    templatesFolder: folder,
    parametersFile: undefined,
    stackPrefix: "shop",
    mode: "apply",
    deadlineMs: 60_000,
    ...changes,
  };
  const error = await provisionAndReport(world, inputs).then(
    () => undefined,
    (reason: Error) => reason,
  );
  const output = await readFile(join(folder, "output"), "utf8");
  return {
    error,
    lines: lines.join("\n"),
    values: JSON.parse(/values<<(\S+)\n(.*)\n\1/.exec(output)?.[2] ?? "null"),
    outputs: JSON.parse(/outputs<<(\S+)\n(.*)\n\1/.exec(output)?.[2] ?? "null"),
    summary: await readFile(join(folder, "summary"), "utf8"),
  };
}

test("stacks are made in the order of their imports, events live", async () => {
  const { error, lines, outputs, values, summary } = await run({});
  expect(error).toBeUndefined();
  expect(lines).toMatch(/shop-network: CREATE_COMPLETE Vpc \(AWS::EC2::VPC, \d+ m?s\)/);
  expect(lines.indexOf("shop-network: CREATE_COMPLETE shop-network")).toBeLessThan(
    lines.indexOf("shop-load-balancer: CREATE_IN_PROGRESS"),
  );
  expect(outputs.network.VpcId).toMatch(/^vpc-/);
  expect(values).toMatchObject({ VpcId: outputs.network.VpcId, Address: outputs["load-balancer"].Address });
  expect(summary).toMatch(/\| shop-network \| created \| /);
});

test("the same again changes nothing", async () => {
  const { error, lines, summary } = await run({});
  expect(error).toBeUndefined();
  expect(lines).toContain("shop-network: no change.");
  expect(summary).toMatch(/\| shop-load-balancer \| unchanged \| /);
});

test("a changed parameter updates its stack only", async () => {
  const parametersFile = join(await mkdtemp(join(tmpdir(), "provision-parameters-")), "standard.json");
  await writeFile(parametersFile, JSON.stringify({ "load-balancer": { DeregistrationDelaySeconds: 30 } }));
  const { error, lines, summary } = await run({ parametersFile });
  await rm(dirname(parametersFile), { recursive: true });
  expect(error).toBeUndefined();
  expect(lines).toMatch(/Modify CustomerTargetGroupOne \(AWS::ElasticLoadBalancingV2::TargetGroup\)/);
  expect(summary).toMatch(/\| shop-network \| unchanged \| [\s\S]*\| shop-load-balancer \| updated \| /);
});

test("outputs are read without a change; a stack that is not there is named", async () => {
  const { values } = await run({ mode: "outputs", stacks: ["network"] });
  expect(values.VpcId).toMatch(/^vpc-/);
  const { error } = await run({ mode: "outputs", stackPrefix: "none", stacks: ["network"] });
  expect(error?.message).toBe("There is no stack none-network in this account and region");
});

test("the first failing resource is the error, and what it left is cleared by the next run", async () => {
  const broken = await mkdtemp(join(tmpdir(), "provision-broken-"));
  const template = (cidr: string) => `Resources:
  Vpc: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } }
  Subnet: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc, CidrBlock: ${cidr} } }
`;
  await writeFile(join(broken, "net.yaml"), template("10.9.0.0/24"));
  const failed = await run({ templatesFolder: broken });
  expect(failed.error?.message).toMatch(
    /^Stack shop-net: Subnet \(AWS::EC2::Subnet\) failed: .*(10\.9\.0\.0\/24|range|CIDR).* \(the stack is ROLLBACK_COMPLETE\)$/i,
  );
  expect(failed.summary).toMatch(/\| shop-net \| failed \| /);
  await writeFile(join(broken, "net.yaml"), template("10.0.1.0/24"));
  const mended = await run({ templatesFolder: broken });
  expect(mended.error).toBeUndefined();
  expect(mended.lines).toContain("shop-net is ROLLBACK_COMPLETE from an earlier failure; deleting it first.");
  expect((await run({ templatesFolder: broken, mode: "delete" })).error).toBeUndefined();
  await rm(broken, { recursive: true });
});

test("a stack whose exports are in use says what blocks its deletion", async () => {
  const { error } = await run({ mode: "delete", stacks: ["network"] });
  expect(error?.message).toMatch(
    /^Stack shop-network cannot be deleted: Export .* in use by shop-load-balancer/,
  );
});

test("everything is deleted in reverse, and deleting nothing is no failure", async () => {
  const { error, lines, summary } = await run({ mode: "delete" });
  expect(error).toBeUndefined();
  expect(lines.indexOf("DELETE_COMPLETE shop-load-balancer")).toBeLessThan(
    lines.indexOf("shop-network: DELETE_IN_PROGRESS"),
  );
  expect(summary).toMatch(/\| shop-network \| deleted \| /);
  expect((await run({ mode: "delete" })).summary).toMatch(/\| shop-network \| absent \| /);
});

test("an endpoint nobody answers at is one sentence", async () => {
  const { explainAwsError } = await import("../../shared/aws-errors.ts");
  const config = { ...simulator.clientConfig, endpoint: "http://127.0.0.1:1", maxAttempts: 1 };
  const { describeStack } = await import("./stack.ts");
  const world = {
    cloudformation: new CloudFormationClient(config),
    clock: systemClock,
    log: { info: () => {}, warning: () => {} },
    signal: new AbortController().signal,
  };
  const error = await describeStack(world, "x").catch((reason) => reason);
  expect(explainAwsError(error)?.message).toMatch(/^The AWS endpoint cannot be reached/);
});
