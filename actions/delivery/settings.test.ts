import { CreateDeploymentCommand, ListDeploymentsCommand } from "@aws-sdk/client-codedeploy";
import {
  DeregisterTaskDefinitionCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ListClustersCommand,
  ListServicesCommand,
  ListTaskDefinitionsCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { withMark } from "./codedeploy/begin.ts";
import { clients } from "./codedeploy/mocks.support.ts";
import { virtualContext } from "./deployment/virtual-run.support.ts";
import { deregisterOldRevisions } from "./deregister-old-revisions.ts";
import type { DeployInputs } from "./inputs.ts";
import { codedeploy, denied, ecs, mockService, runWhole } from "./whole-run.support.ts";

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
  mockService(controller);
  codedeploy.on(ListDeploymentsCommand).resolves({ deployments: [] });
  const { error, record } = await runWhole(inputs);
  expect(error).toBeUndefined();
  expect(ecs.commandCalls(UpdateServiceCommand)[0]?.args[0].input).toMatchObject(request);
  expect(record.plan?.serviceChanges).toContain('~ service.propagateTags: "NONE" → "SERVICE"');
});

test("refuses volumes for a CodeDeploy service before anything changes", async () => {
  mockService("CODE_DEPLOY");
  const { error, changes } = await runWhole({ serviceSettings: { volumeConfigurations } });
  expect(error?.message).toContain("cannot set service-managed-ebs-volume");
  expect(changes).toBe(0);
});

test("keeps the mark of its run in a CodeDeploy deployment's description", async () => {
  mockService("CODE_DEPLOY");
  await runWhole({ codeDeployDescription: "Release 7" });
  const { description } = codedeploy.commandCalls(CreateDeploymentCommand)[0]?.args[0].input ?? {};
  expect(description).toMatch(/^Release 7 \(.+\)$/);
  expect(withMark(undefined, "run 1")).toBe("run 1");
  expect(withMark("x".repeat(600), "run 1")).toMatch(/^x{503}… \(run 1\)$/);
  expect(withMark("x".repeat(600), "run 1")).toHaveLength(512);
});

test("registers the revision and deploys nothing without a service", async () => {
  mockService("ECS");
  const { error, record } = await runWhole({ service: "", waitUntil: "registered" });
  expect(error).toBeUndefined();
  expect(record).toMatchObject({ status: "registered", changed: false });
  expect(record.revisionAfter).toMatch(/task-definition\/web:2$/);
  expect(ecs.commandCalls(RegisterTaskDefinitionCommand)).toHaveLength(1);
  expect(ecs.commandCalls(DescribeServicesCommand)).toHaveLength(0);
});

test("registers nothing in a plan without a service, and takes an equal revision", async () => {
  mockService("ECS");
  const planned = await runWhole({ service: "", waitUntil: "registered", mode: "plan" });
  expect(planned).toMatchObject({ changes: 0, record: { status: "planned" } });
  expect(planned.record.plan?.revisionChanges).toEqual([
    '~ containerDefinitions[web].image: "x/web:1" → "x/web:2"',
  ]);
  const container = { name: "web", image: "x/web:2", portMappings: [{ containerPort: 8080 }] };
  const taskDefinition = { taskDefinitionArn: arn(7), family: "web", containerDefinitions: [container] };
  ecs.on(DescribeTaskDefinitionCommand).resolves({ taskDefinition });
  const reused = await runWhole({ service: "", waitUntil: "registered" });
  expect(reused).toMatchObject({ changes: 0, record: { status: "registered", revisionAfter: arn(7) } });
});

test("refuses a service with the controller EXTERNAL with an error that names it", async () => {
  mockService("EXTERNAL");
  const { error, changes } = await runWhole();
  expect(error?.message).toBe(
    "Service web has the deployment controller EXTERNAL; this action deploys services with ECS or CODE_DEPLOY",
  );
  expect(changes).toBe(0);
});

const arn = (revision: number, family = "web") =>
  `arn:aws:ecs:us-east-1:123456789012:task-definition/${family}:${revision}`;

/** Mocks ten revisions of web and one of a family that begins with its name, on pages; two clusters. */
function mockRevisions(): void {
  mockService("ECS");
  const newestFirst = Array.from({ length: 10 }, (_, index) => arn(10 - index));
  ecs
    .on(ListTaskDefinitionsCommand)
    .resolves({ taskDefinitionArns: [arn(1, "website"), ...newestFirst.slice(0, 4)], nextToken: "n" })
    .on(ListTaskDefinitionsCommand, { nextToken: "n" })
    .resolves({ taskDefinitionArns: newestFirst.slice(4) })
    .on(ListClustersCommand)
    .resolves({ clusterArns: ["a", "b"] })
    .on(ListServicesCommand)
    .resolves({ serviceArns: [] })
    .on(ListServicesCommand, { cluster: "b", nextToken: undefined })
    .resolves({ serviceArns: ["other"] })
    .on(DescribeServicesCommand)
    .resolves({ services: [{ taskDefinition: arn(6), taskSets: [{ taskDefinition: arn(5) }] as never }] })
    .on(ListTasksCommand)
    .resolves({ taskArns: ["t"] })
    .on(DescribeTasksCommand)
    .resolves({ tasks: [{ taskDefinitionArn: arn(4) }] })
    .on(DeregisterTaskDefinitionCommand)
    .resolves({});
}

const deregister = async () => {
  const { context, lines } = virtualContext(clients);
  await deregisterOldRevisions(context, 2, { revisionBefore: arn(3), revisionAfter: arn(10) });
  const gone = ecs
    .commandCalls(DeregisterTaskDefinitionCommand)
    .map(({ args }) => args[0].input.taskDefinition);
  return { gone, lines };
};

test("deregisters old revisions except the newest, the previous one, and those in use anywhere", async () => {
  mockRevisions();
  const { gone, lines } = await deregister();
  expect(gone).toEqual([arn(8), arn(7), arn(2), arn(1)]);
  expect(lines[0]).toBe("Deregistered web:8.");
});

test("deregisters no revision when it is not known which are in use", async () => {
  mockRevisions();
  ecs.on(ListTasksCommand).rejects(denied("ecs:ListTasks"));
  const { gone, lines } = await deregister();
  expect(gone).toEqual([]);
  expect(lines).toEqual([
    expect.stringMatching(/^Old revisions of web were not deregistered: .*ecs:ListTasks/),
  ]);
});
