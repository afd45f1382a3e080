import { DescribeTargetGroupsCommand, type TargetGroup } from "@aws-sdk/client-elastic-load-balancing-v2";
import { balancingName } from "../../core/arn.ts";
import { advice, type Finding, fault, tryLookUp } from "../../core/findings.ts";
import type { Checking } from "./checking.ts";

/** Finds a target group by name or ARN. */
export async function findTargetGroup(
  checking: Pick<Checking, "signal"> & { readonly clients: Pick<Checking["clients"], "elbv2"> },
  reference: string,
  usedBy: string,
): Promise<{ value?: TargetGroup; findings: Finding[] }> {
  const elbv2 = await checking.clients.elbv2();
  const isArn = reference.startsWith("arn:");
  const name = isArn ? balancingName(reference) : reference;
  const command = new DescribeTargetGroupsCommand(
    isArn ? { TargetGroupArns: [reference] } : { Names: [reference] },
  );
  const { value, findings } = await tryLookUp(
    checking,
    `target group ${name}`,
    (options) => elbv2.send(command, options),
    {
      TargetGroupNotFoundException: {
        text: `target group ${name}, used by ${usedBy}, does not exist`,
        fix: `create it, or correct ${usedBy}`,
      },
    },
  );
  const group = value?.TargetGroups?.[0];
  return group ? { value: group, findings } : { findings };
}

/** Checks that tasks of this definition can be targets of the group, and can become healthy there. */
export function checkTargetGroup({ taskDefinition }: Checking, group: TargetGroup): Finding[] {
  const { TargetGroupName: name, TargetType, HealthCheckPort: port } = group;
  const wanted = taskDefinition.networkMode === "awsvpc" ? "ip" : "instance";
  if (TargetType !== wanted)
    return fault(
      `target group ${name} has targets of type ${TargetType}, which tasks with network mode ${taskDefinition.networkMode ?? "bridge"} cannot use`,
      `create a target group of target type ${wanted}; a group's type cannot be changed`,
    );
  const ports = (taskDefinition.containerDefinitions ?? []).flatMap(({ portMappings = [] }) =>
    portMappings.map(({ containerPort }) => String(containerPort)),
  );
  if (!port || port === "traffic-port" || wanted !== "ip" || ports.includes(port)) return [];
  return advice(
    `Health checks of target group ${name} go to port ${port}, which no container maps (${ports.join(", ") || "none"}): new tasks may never become healthy`,
    `aws elbv2 modify-target-group --target-group-arn ${group.TargetGroupArn} --health-check-port traffic-port`,
  );
}

/** Checks that either of the two can replace the other. */
export function checkPair(one: TargetGroup, other: TargetGroup): Finding[] {
  const names = `target groups ${one.TargetGroupName} and ${other.TargetGroupName}`;
  const [mine = [], theirs = []] = [one.LoadBalancerArns, other.LoadBalancerArns];
  const apart = mine.length > 0 && theirs.length > 0 && !mine.some((arn) => theirs.includes(arn));
  const faults: Finding[] = [];
  if (apart)
    faults.push({
      text: `${names} belong to different load balancers (${mine.map(balancingName)} and ${theirs.map(balancingName)}), so traffic cannot shift between them`,
      fix: "pair target groups behind listeners of one load balancer",
    });
  for (const key of ["VpcId", "Protocol"] as const)
    if (one[key] !== other[key])
      faults.push({
        text: `${names} differ in ${key === "VpcId" ? "their VPC" : "protocol"} (${one[key]} and ${other[key]})`,
        fix: "create both with the same settings",
      });
  return faults.length > 0 ? faults : checkHealthChecks(one, other, names);
}

function checkHealthChecks(one: TargetGroup, other: TargetGroup, names: string): Finding[] {
  const keys = ["HealthCheckPath", "HealthCheckPort", "HealthCheckProtocol"] as const;
  const differing = keys.filter((key) => one[key] !== other[key]);
  if (differing.length === 0) return [];
  const values = differing.map((key) => `${key} ${one[key]} and ${other[key]}`).join(", ");
  return advice(
    `The health checks of ${names} differ (${values}): every deployment changes the checks`,
    "use the same settings for both (aws elbv2 modify-target-group)",
  );
}
