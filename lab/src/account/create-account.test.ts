import { mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { expect, it, onTestFinished } from "vitest";
import { createIn } from "./account.support.ts";
import type { Needs } from "./needs.ts";
import { unknownSubnets } from "./placeholders.ts";

/** Creates what a commit with these files needs. The tasks of the test respond on port 8080. */
async function created(needs: Partial<Needs>, files: Record<string, string> = {}) {
  const checkout = mkdtempSync(join(tmpdir(), "account-"));
  onTestFinished(() => rm(checkout, { recursive: true }));
  for (const [path, text] of Object.entries(files)) writeFileSync(join(checkout, path), text);
  const simulator = await startTestSimulator({ permissions: "enforce", networks: "enforce" });
  onTestFinished(() => simulator.close());
  return { simulator, ...(await createIn(simulator, { checkout, ...needs })) };
}

const web = { cluster: "shop", service: "web", family: "web", containers: [{ name: "app", port: 8080 }] };
const definition = JSON.stringify({
  family: "web",
  executionRoleArn: "arn:aws:iam::123456789012:role/ci/execution",
  containerDefinitions: [
    {
      ...{
        name: "app",
        image: "<IMAGE>",
        command: ["npm", "start"],
        portMappings: [{ containerPort: 8080 }],
      },
      secrets: [
        { name: "KEY", valueFrom: "arn:aws:secretsmanager:us-east-1:123456789012:secret:shop-AbCdEf:key::" },
      ],
      logConfiguration: {
        logDriver: "awslogs",
        options: { "awslogs-group": "/shop", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "x" },
      },
    },
  ],
});

it("creates services that run, with all that their task definitions refer to", async () => {
  const needs = {
    services: [
      { ...web, definition: "taskdef.json" },
      { ...web, service: "worker", family: "worker", containers: [{ name: "w" }] },
    ],
    repositories: ["shop/web"],
    roles: ["arn:aws:iam::123456789012:role/ci/execution", "arn:aws:iam::999999999999:role/other"],
    logGroups: ["/shop"],
    secrets: ["arn:aws:secretsmanager:us-east-1:123456789012:secret:shop-AbCdEf:key::", "/shop/parameter"],
  };
  const { simulator, made, notChecked } = await created(needs, { "taskdef.json": definition });
  const { services } = await simulator.aws.ecs.describeServices({
    cluster: "shop",
    services: ["web", "worker"],
  });
  expect(services?.map(({ runningCount }) => runningCount)).toEqual([1, 1]);
  expect(made).toMatchInlineSnapshot(`
    [
      "cluster shop",
      "repository shop/web",
      "log group /shop",
      "secret shop-AbCdEf",
      "parameter /shop/parameter",
      "role execution",
      "task definition web with a stand-in image",
      "task definition worker with a stand-in image",
      "service shop/web: a task with a stand-in image, behind port 80 of a load balancer",
      "service shop/worker: a task with a stand-in image, without a load balancer, as no container has a port",
    ]
  `);
  expect(notChecked).toMatchInlineSnapshot(`
    [
      "permissions of arn:aws:iam::123456789012:role/ci/execution not checked: the lab gave it all rights",
      "arn:aws:iam::999999999999:role/other is of another account: it does not exist in the rehearsal",
      "networks not checked: the lab opened every port between its load balancers and tasks",
    ]
  `);
});

it("fills in the network that it made", async () => {
  const value = { kind: "secret" as const, name: "SUBNETS", placeholder: unknownSubnets, usedFor: "" };
  await created({ services: [web], values: [value] });
  expect(value.placeholder).toMatch(/^subnet-\w+,subnet-\w+$/);
});

it("creates what CodeDeploy needs for a service", async () => {
  const codedeploy = { application: "shop", group: "web" };
  const { simulator, notChecked } = await created({ services: [{ ...web, codedeploy }] });
  const { services } = await simulator.aws.ecs.describeServices({ cluster: "shop", services: ["web"] });
  expect(services?.[0]).toMatchObject({ deploymentController: { type: "CODE_DEPLOY" }, runningCount: 1 });
  const names = { applicationName: "shop", deploymentGroupName: "web" };
  const { deploymentGroupInfo } = await simulator.aws.codedeploy.getDeploymentGroup(names);
  expect(deploymentGroupInfo?.ecsServices).toEqual([{ clusterName: "shop", serviceName: "web" }]);
  expect(notChecked).toHaveLength(1);
});

const template = `
Parameters: { Size: { Type: Number PARAMETER } }
Resources:
  Cluster: { Type: AWS::ECS::Cluster, Properties: { ClusterName: shop } }
`;

it.each([
  [", Default: 1", "stack rehearsal-main from main.yaml", undefined],
  [
    "",
    undefined,
    "main.yaml was not deployed: its parameters Size have no default. The lab made a default instead",
  ],
])("deploys the repository's templates, as far as it can: parameter%s", async (parameter, stack, problem) => {
  const files = { "main.yaml": template.replace(" PARAMETER", parameter) };
  const needs = { services: [{ ...web, cluster: "other" }], templates: ["main.yaml"] };
  const { made, notChecked } = await created(needs, files);
  expect([...made, ...notChecked].join("\n")).toContain(stack ?? problem);
  expect(made.at(-1)).toContain("service other/web");
});
