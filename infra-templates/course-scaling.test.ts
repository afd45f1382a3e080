import { expect, test } from "vitest";
import { useProfile } from "./stacks.support.ts";

const { stage, provision } = await useProfile("academy");
expect((await provision()).error).toBeUndefined();

test("automatic scaling needs no role missing in the course's account", async () => {
  const { applicationautoscaling, ecs } = stage.simulator.aws;
  const [cluster, service] = ["microservices-serverlesscluster", "customer-microservice"];
  await applicationautoscaling.registerScalableTarget({
    ServiceNamespace: "ecs",
    ScalableDimension: "ecs:service:DesiredCount",
    ResourceId: `service/${cluster}/${service}`,
    MinCapacity: 2,
    MaxCapacity: 3,
  });
  const count = async () =>
    (await ecs.describeServices({ cluster, services: [service] })).services?.[0]?.desiredCount;
  await stage.simulator.clock.eventually(async () => expect(await count()).toBe(2));
});
