import { expect, test } from "vitest";
import { createVirtualAccount, denied } from "../../delivery/deployment/virtual-run.support.ts";
import { findService } from "../../ecs/service.ts";
import { findTarget } from "./go-back.ts";
import { readRollbackInputs } from "./inputs.ts";
import type { PastDeployment } from "./service-history.ts";

const other = (taskDefinition: string) => ({ serviceArn: "other", serviceName: "job", taskDefinition });
const web4 = { revision: "web:4", state: "succeeded" } as PastDeployment;

test.each<[string, object, PastDeployment[], string]>([
  ["the newest one of its own family", other("job:6"), [web4], "web:6"],
  ["the newest one that the service ran, of a shared family", other("web:6"), [web4], "web:4"],
  ["none of a shared family that the service never ran", other("web:6"), [], "also belongs to service job"],
  ["none that another service may own", denied("ecs:ListServices"), [], "may also belong to another service"],
])("takes as previous revision %s", async (_, services, deployments, expected) => {
  const account = createVirtualAccount("ECS");
  account.runs("web:7");
  const { context } = account.context();
  const running = await findService(context, { cluster: "c", service: "web" });
  Object.assign(account.answers, {
    ListClusters: { clusterArns: ["c"] },
    ListServices: services instanceof Error ? services : { serviceArns: ["other"] },
    DescribeServices: { services: [running.service, services] },
    ListTaskDefinitions: { taskDefinitionArns: ["web:8", "web:7", "web-b:6", "web:6", "web:4"] },
  });
  const given: Record<string, string> = { cluster: "c", service: "web", to: "previous-revision" };
  const found = findTarget(
    context,
    readRollbackInputs((name) => given[name] ?? ""),
    running,
    deployments,
  );
  const text = await found.then((target) => ("revision" in target ? target.revision : ""), String);
  expect(text).toContain(expected);
});
