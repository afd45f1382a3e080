import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  createTargetGroup,
  createWebAccount,
} from "@ecs-delivery/simulator/outside-clients/web-account.support";
import { startTestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { expect, it, onTestFinished } from "vitest";
import { readBalancing } from "./balancing.ts";
import { createReader } from "./reader.ts";
import { unusedGroups } from "./resources.ts";

it("shows a target group once, also when its rule is newer than the list of groups", async () => {
  const simulator = await startTestSimulator();
  const client = new ElasticLoadBalancingV2Client(simulator.clientConfig);
  onTestFinished(async () => {
    client.destroy();
    await simulator.close();
  });
  const { elbv2 } = simulator.aws;
  const { listeners, network } = await createWebAccount(simulator, "outside");
  const TargetGroupArn = await createTargetGroup(simulator.aws, network.vpc, "spare");
  let now = 0;
  const reader = createReader(() => now);
  const places = async (name: string) => {
    const wanted = { arns: [], names: [name] };
    const found = await readBalancing(client, reader, wanted, true);
    return {
      rules: found.forwards.filter(({ weights }) => weights.has(TargetGroupArn)).length,
      unused: unusedGroups(found).filter(({ card }) => card.title === "spare").length,
    };
  };
  expect(await places("blue")).toEqual({ rules: 0, unused: 1 });
  // It is one of the groups that a service uses, then.
  expect(await places("spare")).toEqual({ rules: 0, unused: 1 });
  await elbv2.createRule({
    ListenerArn: listeners.production,
    Priority: 1,
    Conditions: [{ Field: "path-pattern", Values: ["/spare"] }],
    Actions: [{ Type: "forward", TargetGroupArn }],
  });
  now += 3_000;
  expect(await places("blue")).toEqual({ rules: 1, unused: 0 });
});
