import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createStage, type Stage } from "./stage.support.ts";

let stage: Stage;
beforeAll(async () => {
  // A load balancer is provisioned for half a second: long enough to be cancelled in the middle.
  stage = await createStage({ timeScale: 60 });
});
afterAll(() => stage?.close());

const index = fileURLToPath(new URL("index.ts", import.meta.url));

/** Runs the action as the runner does: a process with INPUT_… and files; a step that is to be killed says when. */
async function runAction(
  environment: Record<string, string>,
  kill?: { readonly when: string; readonly signal: NodeJS.Signals },
) {
  const files: Record<string, string> = {};
  for (const name of ["OUTPUT", "STEP_SUMMARY", "STATE"])
    files[`GITHUB_${name}`] = await stage.write(name, "");
  const env = {
    PATH: process.env.PATH,
    HOME: stage.folder,
    ...stage.simulator.environmentVariables,
    INPUT_TEMPLATES: "templates",
    "INPUT_STACK-PREFIX": "shop",
    ...files,
    ...environment,
  };
  const child = spawn(process.execPath, [index], { env, cwd: stage.folder });
  let stdout = "";
  let killed = false;
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
    if (!kill || killed || !stdout.includes(kill.when)) return;
    killed = true;
    child.kill(kill.signal);
  });
  const [exitCode] = await once(child, "close");
  const state = await readFile(join(stage.folder, "STATE"), "utf8");
  const states = [...state.matchAll(/^(\S+)<<(\S+)\n([\s\S]*?)\n\2$/gm)];
  return {
    exitCode,
    annotations: stdout.split("\n").filter((line) => /^::(error|warning)/.test(line)),
    /** As the runner hands them to the post step; the last one of a name counts. */
    states: Object.fromEntries(states.map(([, name, , value = ""]) => [`STATE_${name}`, value])),
  };
}

const log = (days: number) =>
  `Resources:\n  Log: { Type: AWS::Logs::LogGroup, Properties: { RetentionInDays: ${days} } }\n`;
const entry = `Resources:
  Vpc: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } }
  One: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, AvailabilityZone: us-east-1a } }
  Two: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, AvailabilityZone: us-east-1b } }
  Entry: { Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: { Scheme: internal, Subnets: [!Ref One, !Ref Two] } }
`;

test("a red run's only error stands at the resource's line of the template", async () => {
  await stage.templates({ logs: log(2) });
  const { exitCode, annotations } = await runAction({});
  expect(exitCode).toBe(1);
  expect(annotations).toEqual([
    expect.stringMatching(
      /^::error file=templates\/logs\.yaml,line=2::Stack shop-logs: Log \(AWS::Logs::LogGroup\) failed: .* Next step: correct /,
    ),
  ]);
});

test("a green run has no annotation, and leaves nothing for the post step", async () => {
  await stage.templates({ logs: log(1) });
  const { exitCode, annotations, states } = await runAction({});
  expect({ exitCode, annotations, states }).toEqual({
    exitCode: 0,
    annotations: [],
    states: { STATE_phase: "post", STATE_operations: "[]" },
  });
});

test("a cancelled job takes its new stack back; with on-cancel wait the post step sees it gone", async () => {
  await stage.templates({ entry });
  const environment = { "INPUT_ON-CANCEL": "wait" };
  const { exitCode, annotations, states } = await runAction(environment, {
    when: "IN_PROGRESS Entry",
    signal: "SIGINT",
  });
  expect(exitCode).toBe(1);
  expect(annotations).toEqual([
    "::error::Cancelled by SIGINT; the operation on stack shop-entry was cancelled; CloudFormation deletes the new stack (on-cancel: wait)",
  ]);
  const post = await runAction({ ...environment, ...states });
  expect(post.annotations).toEqual([
    "::warning::After the cancellation, stack shop-entry is DELETE_COMPLETE.",
  ]);
  expect(await stage.stacks()).toEqual({ "shop-logs": "CREATE_COMPLETE" });
});

test("a step that was killed at once has its new stack taken back by the post step", async () => {
  await stage.templates({ entry });
  const { states } = await runAction({}, { when: "IN_PROGRESS Entry", signal: "SIGKILL" });
  const { annotations } = await runAction(states);
  expect(annotations).toEqual([
    "::warning::The step ended before the operation on stack shop-entry, which was cancelled; CloudFormation deletes the new stack (on-cancel: rollback).",
  ]);
  await expect.poll(() => stage.stacks()).toEqual({ "shop-logs": "CREATE_COMPLETE" });
});
