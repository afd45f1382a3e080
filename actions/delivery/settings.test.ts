import { expect, test } from "vitest";
import { createVirtualAccount, denied } from "./deployment/virtual-run.support.ts";
import { deregisterOldRevisions } from "./deregister-old-revisions.ts";
import type { DeployInputs } from "./inputs.ts";

const volumeConfigurations = [
  { name: "data", managedEBSVolume: { sizeInGiB: 20, roleArn: "arn:aws:iam::123456789012:role/ebs" } },
];

test.each<["ECS" | "CODE_DEPLOY", Partial<DeployInputs>, object]>([
  [
    "ECS",
    { serviceSettings: { propagateTags: "SERVICE", enableECSManagedTags: true, volumeConfigurations } },
    { propagateTags: "SERVICE", enableECSManagedTags: true, volumeConfigurations },
  ],
  ["CODE_DEPLOY", { serviceSettings: { propagateTags: "SERVICE" } }, { propagateTags: "SERVICE" }],
])("plans and sets the settings of a service that %s deploys", async (controller, inputs, request) => {
  const account = createVirtualAccount(controller);
  const { error, record } = await account.run(inputs);
  expect(error).toBeUndefined();
  expect(account.inputs("UpdateService")[0]).toMatchObject(request);
  expect(record.plan?.serviceChanges).toContain('~ service.propagateTags: "NONE" → "SERVICE"');
});

test("refuses volumes for a CodeDeploy service before anything changes", async () => {
  const account = createVirtualAccount("CODE_DEPLOY");
  const { error, changes } = await account.run({ serviceSettings: { volumeConfigurations } });
  expect(error?.message).toContain("cannot set service-managed-ebs-volume");
  expect(changes).toBe(0);
});

test.each<[string | undefined, RegExp]>([
  ["Release 7", /^Release 7 \(deploy-service .+\)$/],
  [undefined, /^deploy-service \S+$/],
  ["x".repeat(600), /^x+… \(deploy-service .+\)$/],
])(
  "keeps the mark of its run in a CodeDeploy deployment's description %s",
  async (codeDeployDescription, expected) => {
    const account = createVirtualAccount("CODE_DEPLOY");
    await account.run({ codeDeployDescription });
    const [{ description }] = account.inputs("CreateDeployment");
    expect(description).toMatch(expected);
    if (codeDeployDescription?.startsWith("x")) expect(description).toHaveLength(512);
  },
);

test("registers the revision and deploys nothing without a service", async () => {
  const account = createVirtualAccount("ECS");
  const { error, record } = await account.run({ service: "", waitUntil: "registered" });
  expect(error).toBeUndefined();
  expect(record).toMatchObject({ status: "registered", changed: false });
  expect(record.revisionAfter).toBe("web:2");
  expect(account.inputs("RegisterTaskDefinition")).toHaveLength(1);
  expect(account.inputs("DescribeServices")).toHaveLength(0);
});

test("registers nothing in a plan without a service, and takes an equal revision", async () => {
  const account = createVirtualAccount("ECS");
  const planned = await account.run({ service: "", waitUntil: "registered", mode: "plan" });
  expect(planned).toMatchObject({ changes: 0, record: { status: "planned" } });
  expect(planned.record.plan?.revisionChanges).toEqual([
    '~ containerDefinitions[web].image: "x/web:1" → "x/web:2"',
  ]);
  const container = { name: "web", image: "x/web:2", memory: 256, portMappings: [{ containerPort: 8080 }] };
  const taskDefinition = { taskDefinitionArn: arn(7), family: "web", containerDefinitions: [container] };
  account.answers.DescribeTaskDefinition = { taskDefinition };
  const reused = await account.run({ service: "", waitUntil: "registered" });
  expect(reused).toMatchObject({ changes: 0, record: { status: "registered", revisionAfter: arn(7) } });
});

test("refuses a service with the controller EXTERNAL with an error that names it", async () => {
  const account = createVirtualAccount("EXTERNAL");
  const { error, changes } = await account.run();
  expect(error?.message).toBe(
    "Service web has the deployment controller EXTERNAL; this action deploys services with ECS or CODE_DEPLOY",
  );
  expect(changes).toBe(0);
});

const arn = (revision: number, family = "web") =>
  `arn:aws:ecs:us-east-1:123456789012:task-definition/${family}:${revision}`;

const runTask = "arn:aws:scheduler:::aws-sdk:ecs:runTask";

/** Returns an account with ten revisions of web and one of a family that begins with its name, on pages; two clusters. */
function accountWithRevisions() {
  const account = createVirtualAccount("ECS");
  const newestFirst = Array.from({ length: 10 }, (_, index) => arn(10 - index));
  const pages = [[arn(1, "website"), ...newestFirst.slice(0, 4)], newestFirst.slice(4)];
  Object.assign(account.answers, {
    ListTaskDefinitions: ({ nextToken }: { nextToken?: string }) =>
      nextToken ? { taskDefinitionArns: pages[1] } : { taskDefinitionArns: pages[0], nextToken: "n" },
    ListClusters: { clusterArns: ["a", "b"] },
    ListServices: ({ cluster }: { cluster: string }) => ({ serviceArns: cluster === "b" ? ["other"] : [] }),
    DescribeServices: { services: [{ taskDefinition: arn(6), taskSets: [{ taskDefinition: arn(5) }] }] },
    ListTasks: { taskArns: ["t"] },
    DescribeTasks: { tasks: [{ taskDefinitionArn: arn(4) }] },
    DeregisterTaskDefinition: {},
    ListEventBuses: {
      EventBuses: [{ Name: "own", Arn: "arn:aws:events:us-east-1:123456789012:event-bus/own" }],
    },
    ListRuleNamesByTarget: ({ TargetArn }: { TargetArn: string }) =>
      TargetArn === "b" ? { RuleNames: ["nightly"] } : {},
    DescribeRule: { State: "DISABLED" },
    ListTargetsByRule: { Targets: [{ Arn: "b", EcsParameters: { TaskDefinitionArn: arn(2) } }] },
    ListSchedules: { Schedules: [{ Arn: "arn:aws:scheduler:::schedule/g/s", Target: { Arn: runTask } }] },
    GetSchedule: { Target: { Arn: runTask, Input: '{"TaskDefinition":"web:1","Cluster":"a"}' } },
  });
  return account;
}

const deregister = async ({ context, inputs }: ReturnType<typeof createVirtualAccount>) => {
  const { context: given, lines } = context();
  await deregisterOldRevisions(given, 2, [{ revisionBefore: arn(3), revisionAfter: arn(10) }]);
  return { gone: inputs("DeregisterTaskDefinition").map(({ taskDefinition }) => taskDefinition), lines };
};

test("deregisters old revisions except the newest, the previous one, and those in use anywhere", async () => {
  const { gone, lines } = await deregister(accountWithRevisions());
  expect(gone).toEqual([arn(8), arn(7)]);
  expect(lines[0]).toBe("Deregistered web:8.");
});

test.each(["ecs:ListTasks", "events:ListEventBuses", "events:ListTargetsByRule", "scheduler:GetSchedule"])(
  "deregisters no revision when it is not known which are in use: %s",
  async (action) => {
    const account = accountWithRevisions();
    account.answers[action.split(":")[1] ?? ""] = denied(action);
    const { gone, lines } = await deregister(account);
    expect(gone).toEqual([]);
    expect(lines).toEqual([
      expect.stringMatching(new RegExp(`^Old revisions of web were not deregistered: .*${action}`)),
    ]);
  },
);
