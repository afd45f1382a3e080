import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { findLeft } from "@ecs-delivery/simulator/conformance/remove";
import { startPlainRegistry } from "@ecs-delivery/simulator/runtime/registry/test-registry.support";
import { pushLayers } from "@ecs-delivery/simulator/runtime/tasks/images.support";
import {
  startRealSimulator,
  type TestSimulator,
  testListenerPortOffset,
} from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, beforeAll, expect, test } from "vitest";

let simulator: TestSimulator;
let publicRegistry: Awaited<ReturnType<typeof startPlainRegistry>>;
const folder = useFolder();
beforeAll(async () => {
  simulator = await startRealSimulator({ permissions: "enforce", networks: "enforce", warn: () => {} });
  publicRegistry = await startPlainRegistry();
  // The runtime provides Node for processes.
  const target = { endpoint: `http://${publicRegistry.host}`, authorization: "", repository: "node" };
  await pushLayers(target, [], {});
});
afterAll(async () => {
  await simulator?.close();
  await publicRegistry?.close();
});

/** Runs the command; a signal may end it as soon as the account has something. */
async function conform(
  argv: readonly string[],
  has?: () => Promise<boolean>,
  signal: NodeJS.Signals = "SIGINT",
) {
  const local = [
    ...["--settle", "0", "--node-image", `${publicRegistry.host}/node`],
    ...["--listener-offset", String(testListenerPortOffset())],
  ];
  const command = [join(import.meta.dirname, "conformance.ts"), ...local, ...argv];
  const env = { ...process.env, ...simulator.environmentVariables };
  const child = spawn(process.execPath, command, { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output += chunk;
    });
  const closed = once(child, "close");
  if (has) await simulator.clock.until(has).then(() => child.kill(signal));
  const [code] = (await closed) as [number | null];
  return { code, output, left: await findLeft({ ...simulator.clientConfig, forcePathStyle: true }) };
}

const account = ["--account", "123456789012"];
const given = [...account, "--limit", "9USD"];

test.each<[readonly string[], string]>([
  [account, "--limit is missing"],
  [["--limit", "2USD"], "--account is missing"],
  [[...account, "--limit", "2"], "is not an amount such as 2USD"],
  [[...account, "--limit", "0.1USD"], "a run may cost 0.5 USD"],
  [[...given, "--answers", "x", "--only", "nothing of that name"], "no set-up contains"],
  [["--account", "111111111111", "--limit", "2USD", "--answers", "x"], "are of account 123456789012"],
  [given, "only record AWS itself"],
])("refuses %j and changes nothing", async (argv, message) => {
  expect(await conform(argv)).toEqual({ code: 2, output: expect.stringContaining(message), left: [] });
});

test("writes the answers of all set-ups with their date, and leaves nothing", async () => {
  const file = join(folder, "answers.json");
  const { code, output, left } = await conform([...given, "--answers", file]);
  expect({ code, left, output }).toEqual({
    code: 0,
    left: [],
    output: expect.stringMatching(
      /not played, 10 set-ups: needs a service [\s\S]*as expected; nothing is left/,
    ),
  });
  const answers = JSON.parse(await readFile(file, "utf8"));
  expect(answers[0]).toMatchObject({
    state: "recorded",
    answer: expect.stringContaining("ecs:ListClusters"),
    date: expect.stringMatching(/^\d{4}-/),
  });
});

test("leaves out what does not fit into the limit", async () => {
  const file = join(folder, "some.json");
  const { code, output } = await conform([
    ...account,
    "--limit",
    "0.56USD",
    "--answers",
    file,
    "--only",
    "load balancer if the",
  ]);
  expect({ code, output }).toEqual({
    code: 0,
    output: expect.stringMatching(
      /together they may cost more than --limit\n[\s\S]*1 of 1 set-ups as expected/,
    ),
  });
});

const hasRole = async () =>
  ((await simulator.aws.iam.listRoles({ PathPrefix: "/conformance/" })).Roles ?? []).length > 2;
const hasEndpoint = async () =>
  ((await simulator.aws.ec2.describeVpcEndpoints({})).VpcEndpoints ?? []).length > 0;
const hasGateway = async () =>
  ((await simulator.aws.ec2.describeNatGateways({})).NatGateways ?? []).some(
    ({ State }) => State === "available",
  );
const hasLoadBalancer = async () =>
  ((await simulator.aws.elbv2.describeLoadBalancers({})).LoadBalancers ?? []).length > 0;

test.each([
  ["a role that", hasRole],
  ["a task with endpoints", hasEndpoint],
  ["a task with nat", hasGateway],
  ["a load balancer if", hasLoadBalancer],
] as const)("leaves nothing when it is ended within %s", async (only, has) => {
  const ended = await conform([...given, "--answers", join(folder, "none.json"), "--only", only], has);
  expect(ended).toMatchObject({
    code: 1,
    left: [],
    output: expect.stringContaining("everything was removed"),
  });
});

test("refuses an account with resources of a run that was killed, until they are removed", async () => {
  const file = join(folder, "none.json");
  await conform([...given, "--answers", file, "--only", "a load balancer if"], hasLoadBalancer, "SIGKILL");
  const refused = await conform([...given, "--answers", file]);
  expect(refused).toMatchObject({
    code: 2,
    output: expect.stringContaining("resources of an earlier run: stack conformance-way-in, cluster arn"),
  });
  expect(await conform([...given, "--answers", file, "--remove"])).toEqual({ code: 0, output: "", left: [] });
});
