import {
  DescribeLoadBalancerAttributesCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { type Inspect, inspectEach, lookUpHeld } from "./inspected.ts";

/** Finds load balancers that are protected from deletion. */
export const inspectLoadBalancers: Inspect = async ({ clientConfig, signal }, stacks) => {
  const client = new ElasticLoadBalancingV2Client(clientConfig);
  return inspectEach(stacks, async ({ logicalId, physicalId, stackName }) => {
    const where = `load balancer ${logicalId} (stack ${stackName})`;
    const command = new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: physicalId });
    const { value, findings } = await lookUpHeld(where, "LoadBalancerNotFoundException", () =>
      client.send(command, { abortSignal: signal }),
    );
    const held = value?.Attributes?.find(({ Key }) => Key === "deletion_protection.enabled");
    if (held?.Value !== "true") return { findings, emptyings: [] };
    const fix = `turn its deletion protection off: aws elbv2 modify-load-balancer-attributes --attributes Key=deletion_protection.enabled,Value=false --load-balancer-arn ${physicalId}`;
    return { findings: [{ text: `${where} is protected from deletion`, fix }], emptyings: [] };
  });
};

/** Finds databases that are protected in the template that was applied last. */
export const inspectDatabases: Inspect = async (_, stacks) => {
  const held = stacks
    .flatMap(({ resources }) => resources)
    .filter(
      ({ properties, deletionPolicy }) =>
        String(properties.DeletionProtection) === "true" && deletionPolicy !== "Retain",
    );
  const findings = held.map(({ logicalId, physicalId, stackName }) => ({
    text: `database ${logicalId} (stack ${stackName}) is protected from deletion`,
    fix: `turn its deletion protection off: aws rds modify-db-instance --no-deletion-protection --apply-immediately --db-instance-identifier ${physicalId}`,
  }));
  return { findings, emptyings: [] };
};
