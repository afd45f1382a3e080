import {
  DescribeLoadBalancerAttributesCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  type DBSnapshot,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  ModifyDBInstanceCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { lookUp } from "../../../../core/findings.ts";
import { createPace } from "../../../../core/pace.ts";
import type { ProvisionContext } from "../../context.ts";
import { type Inspect, inspectEach, lookUpHeld } from "./inspected.ts";

/** Finds load balancers that are protected from deletion. */
export const inspectLoadBalancers: Inspect = async ({ clientConfig, signal }, stacks) => {
  const client = new ElasticLoadBalancingV2Client(clientConfig);
  return inspectEach(stacks, "loadBalancers", async ({ logicalId, physicalId, stackName }) => {
    const where = `load balancer ${logicalId} (stack ${stackName})`;
    const command = new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: physicalId });
    const { value, findings } = await lookUpHeld(where, "LoadBalancerNotFoundException", () =>
      client.send(command, { abortSignal: signal }),
    );
    const held = value?.Attributes?.find(({ Key }) => Key === "deletion_protection.enabled");
    if (held?.Value !== "true") return { findings, emptyings: [] };
    const fix = `turn its deletion protection off: \`aws elbv2 modify-load-balancer-attributes --attributes Key=deletion_protection.enabled,Value=false --load-balancer-arn ${physicalId}\``;
    return { findings: [{ text: `${where} is protected from deletion`, fix }], emptyings: [] };
  });
};

/** Finds databases that are protected now: what their template says may be out of date. */
export const inspectDatabases: Inspect = async ({ clientConfig, clock, signal }, stacks) => {
  const client = new RDSClient(clientConfig);
  return inspectEach(stacks, "databases", async ({ physicalId: name, stackName }) => {
    const where = `database ${name} (stack ${stackName})`;
    const instance = { DBInstanceIdentifier: name };
    const isProtected = async () => {
      const { DBInstances = [] } = await client.send(new DescribeDBInstancesCommand(instance));
      return DBInstances.some(({ DeletionProtection }) => DeletionProtection);
    };
    const { value, findings } = await lookUpHeld(where, "DBInstanceNotFoundFault", isProtected);
    if (!value) return { findings, emptyings: [] };
    const emptying = {
      stackName,
      text: `${where} is protected from deletion`,
      fix: `write ${name} into the input \`unprotect\`, or turn its protection off: \`aws rds modify-db-instance --no-deletion-protection --apply-immediately --db-instance-identifier ${name}\``,
      unprotects: name,
      async run() {
        await client.send(new ModifyDBInstanceCommand({ ...instance, DeletionProtection: false }));
        while (await isProtected()) await clock.wait(createPace().next(true), signal);
      },
    };
    return { findings, emptyings: [emptying] };
  });
};

/** Returns the newest snapshot of a database; undefined if this account may not read it. */
export async function lastSnapshotOf({ clientConfig }: ProvisionContext, DBInstanceIdentifier: string) {
  const command = new DescribeDBSnapshotsCommand({ DBInstanceIdentifier });
  const { value } = await lookUp("", () => new RDSClient(clientConfig).send(command), {});
  const time = ({ SnapshotCreateTime }: DBSnapshot) => SnapshotCreateTime?.getTime() ?? 0;
  const [newest] = value?.DBSnapshots?.sort((one, other) => time(other) - time(one)) ?? [];
  return newest?.DBSnapshotIdentifier;
}
