import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Simulator } from "../../../simulator/src/simulator.ts";
import { startTestSimulator } from "../../../simulator/src/testing-simulator.ts";
import { provisionAndReport } from "./provision.ts";

/** A load balancer is provisioned for half a minute, here of the wall: longer than the test lasts. */
const template = `Resources:
  Vpc: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } }
  One: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, AvailabilityZone: us-east-1a } }
  Two: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, AvailabilityZone: us-east-1b } }
  Entry: { Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: { Scheme: internal, Subnets: [!Ref One, !Ref Two] } }
`;

let simulator: Simulator;
let folder: string;
beforeAll(async () => {
  simulator = await startTestSimulator({ timeScale: 1 });
  folder = await mkdtemp(join(tmpdir(), "provision-deadline-"));
  await writeFile(join(folder, "entry.yaml"), template);
  for (const name of ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"]) {
    vi.stubEnv(name, join(folder, name));
    await writeFile(join(folder, name), "");
  }
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await simulator?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Time that passes only by waiting, each wait a turn of the loop. */
function virtualClock() {
  let now = 0;
  return {
    now: () => now,
    wait: async (ms: number) => {
      await new Promise(setImmediate);
      now += ms;
    },
  };
}

test("a stack that is not done at the deadline is red, says how far it is, and is looked at exactly then", async () => {
  const clock = virtualClock();
  const world = {
    cloudformation: new CloudFormationClient(simulator.clientConfig),
    clock,
    log: { info: () => {}, warning: () => {} },
    signal: new AbortController().signal,
  };
  const inputs = {
    stacks: [],
    templatesFolder: folder,
    parametersFile: undefined,
    stackPrefix: "shop",
    mode: "apply" as const,
    deadlineMs: 20 * 60_000,
  };
  await expect(provisionAndReport(world, inputs)).rejects.toMatchObject({
    message: "Stack shop-entry was still CREATE_IN_PROGRESS at the deadline; the operation goes on in AWS",
    nextStep: expect.stringContaining("give a longer deadline"),
  });
  expect(clock.now()).toBe(20 * 60_000);
});
