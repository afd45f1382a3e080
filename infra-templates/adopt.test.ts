import { join } from "node:path";
import {
  courseParts,
  createContainers,
  createLoadBalancer,
} from "@ecs-delivery/actions/check-lab/src/lab-account.support";
import { courseNames } from "@ecs-delivery/actions/check-lab/src/lab-parts.support";
import { useStage } from "@ecs-delivery/actions/provision-stack/src/stage.support";
import { expect, test } from "vitest";
import { physicalIds } from "./stacks.support.ts";

/** The course's account after phase 6, by hand. */
const stage = await useStage({ account: "academy", networks: "enforce" });
const parts = await courseParts(stage.simulator);
await createContainers(stage.simulator, courseNames, parts.host);
const balancing = await createLoadBalancer(stage.simulator, courseNames, parts);

const given = {
  templatesFolder: join(import.meta.dirname),
  parametersFile: join(import.meta.dirname, "parameters/academy.json"),
  stackPrefix: "microservices",
  stacks: ["network", "registry", "cluster", "load-balancer"],
};
const adopt = { existing: { others: "adopt", byTemplate: new Map() } } as const;

test("the plan names what was made manually, and adopts it where the input says so", async () => {
  const { warnings } = await stage.run({ ...given, mode: "plan" });
  expect(warnings).toContain(
    "CustomerRepository (AWS::ECR::Repository) cannot be created: the name customer",
  );
  expect(warnings).toContain("LoadBalancer (AWS::ElasticLoadBalancingV2::LoadBalancer) cannot be created");
  const { error, warnings: none, summary } = await stage.run({ ...given, ...adopt, mode: "plan" });
  expect([error, none]).toEqual([undefined, ""]);
  expect(summary).toMatch(/^### Plan: \d+ to create, 13 to adopt\n/);
});

test("the load balancer of a student becomes the stack's, with its listeners and rules", async () => {
  const { error, lines } = await stage.run({ ...given, ...adopt });
  expect(error).toBeUndefined();
  expect(await physicalIds(stage.simulator, "microservices-load-balancer")).toMatchObject({
    LoadBalancer: balancing.loadBalancer,
    CustomerTargetGroupTwo: balancing.group("customer", "two"),
    ProductionListener: balancing.listeners.production.arn,
    TestAdminRule: balancing.listeners.test.rule,
  });
  expect(lines).toContain("the adopted resources were not changed");
  const again = await stage.run(given);
  expect(again.error).toBeUndefined();
  expect(again.summary).toContain("4 unchanged");
});
