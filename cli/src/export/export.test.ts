import { createIn } from "@ecs-delivery/lab/account/account.support";
import { openAccountClients } from "@ecs-delivery/lab/account/clients";
import { type ExportDocument, readExport } from "@ecs-delivery/lab/account/export-document";
import { resourceKinds } from "@ecs-delivery/lab/account/resources";
import { startTestSimulator, type TestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { expect, it, onTestFinished } from "vitest";
import { exportService } from "./read-export.ts";

const web = { cluster: "shop", service: "web", family: "web", containers: [{ name: "web", port: 8080 }] };

async function start() {
  const simulator = await startTestSimulator();
  onTestFinished(() => simulator.close());
  return simulator;
}

const create = (simulator: TestSimulator, services: (typeof web)[], document?: ExportDocument) =>
  createIn(simulator, { repositories: ["shop"], services }, document);

const read = ({ clientConfig }: TestSimulator) =>
  exportService(openAccountClients(clientConfig), { cluster: "shop", service: "web" });

/** Adds what the default service does not have. */
async function enrich({ aws }: TestSimulator, hasAlarm: boolean) {
  const { LoadBalancers = [] } = await aws.elbv2.describeLoadBalancers({});
  const { LoadBalancerArn } = LoadBalancers[0] ?? {};
  const { Listeners = [] } = await aws.elbv2.describeListeners({ LoadBalancerArn });
  const { ListenerArn, DefaultActions } = Listeners[0] ?? {};
  await aws.elbv2.createRule({
    Priority: 7,
    Conditions: [{ Field: "path-pattern", PathPatternConfig: { Values: ["/shop/*"] } }],
    ...{ ListenerArn, Actions: DefaultActions },
  });
  const id = { ServiceNamespace: "ecs", ResourceId: "service/shop/web" } as const;
  const target = { ...id, ScalableDimension: "ecs:service:DesiredCount" } as const;
  await aws.applicationautoscaling.registerScalableTarget({ ...target, MinCapacity: 1, MaxCapacity: 4 });
  const PredefinedMetricSpecification = { PredefinedMetricType: "ECSServiceAverageCPUUtilization" } as const;
  await aws.applicationautoscaling.putScalingPolicy({
    ...{ ...target, PolicyName: "cpu", PolicyType: "TargetTrackingScaling" },
    TargetTrackingScalingPolicyConfiguration: { TargetValue: 60, PredefinedMetricSpecification },
  });
  if (!hasAlarm) return;
  await aws.cloudwatch.putMetricAlarm({
    ...{ AlarmName: "errors", Namespace: "Shop", MetricName: "Errors", Statistic: "Sum", Period: 60 },
    ...{ EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: "GreaterThanThreshold" },
  });
  await aws.codedeploy.updateDeploymentGroup({
    ...{ applicationName: "app", currentDeploymentGroupName: "group" },
    alarmConfiguration: { enabled: true, alarms: [{ name: "errors" }] },
  });
}

/** Puts the place of each resource where its identifier is. */
function withoutIds({ resources, ...document }: ExportDocument) {
  const text = resources.reduce(
    (json, { kind, id }, index) => json.replaceAll(id, `${kind} ${index}`),
    JSON.stringify(resources),
  );
  return { ...document, resources: JSON.parse(text) };
}

it.each([
  ["ECS", web, ["alarm", "application", "deploymentGroup"]],
  ["CodeDeploy", { ...web, codedeploy: { application: "app", group: "group" } }, []],
])("exports a service of %s, from which the same service can be created", async (_, service, missing) => {
  const original = await start();
  await create(original, [service]);
  await enrich(original, "codedeploy" in service);
  const document = await read(original);
  // Both listen on the same ports.
  await original.close();
  const copy = await start();
  const { notChecked } = await create(copy, [service], readExport(JSON.stringify(document)));
  expect(withoutIds(await read(copy))).toEqual(withoutIds(document));
  const kinds = resourceKinds.filter(
    (kind) => !document.resources.some((resource) => resource.kind === kind),
  );
  expect(kinds).toEqual(["logGroup", "secret", "parameter", "identityProvider", ...missing]);
  expect(notChecked.filter((line) => !/permissions of|stand-in|routes/.test(line))).toEqual([]);
});

it("lists what may not be read", async () => {
  const simulator = await start();
  await create(simulator, [web]);
  const clients = openAccountClients(simulator.clientConfig);
  clients.ec2.send = () => Promise.reject(Object.assign(new Error("no"), { name: "UnauthorizedOperation" }));
  const { notRead } = await exportService(clients, { cluster: "shop", service: "web" });
  expect(notRead).toEqual(["subnets and security groups: no"]);
});

it.each([
  ["{", "is not JSON"],
  ['{"version":2}', "is an export of version 2; this program reads version 1"],
  ['{"version":1,"resources":[{"kind":"user","input":{}}]}', "is damaged"],
])("refuses %s", (text, message) => {
  expect(() => readExport(text)).toThrow(message);
});
