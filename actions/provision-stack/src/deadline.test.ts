import { afterAll, beforeAll, expect, test } from "vitest";
import { createStage, type Stage } from "./stage.support.ts";

/** A load balancer is provisioned for half a minute. */
const template = `Resources:
  Vpc: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } }
  One: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, AvailabilityZone: us-east-1a } }
  Two: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, AvailabilityZone: us-east-1b } }
  Entry: { Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: { Scheme: internal, Subnets: [!Ref One, !Ref Two] } }
`;

let stage: Stage;
beforeAll(async () => {
  stage = await createStage();
  await stage.templates({ entry: template });
});
afterAll(() => stage?.close());

test("fails when a stack is not done at the deadline, says how far it is, and polls exactly then", async () => {
  const { clock } = stage.simulator;
  const startedAt = clock.foreground.now();
  const { error } = await stage.run({ deadlineMs: 20_000 });
  expect(error).toMatchObject({
    message: "Stack shop-entry was still CREATE_IN_PROGRESS at the deadline; the operation continues in AWS",
    nextStep: expect.stringContaining("set a longer deadline"),
  });
  expect(clock.foreground.now() - startedAt).toBe(20_000);
});
