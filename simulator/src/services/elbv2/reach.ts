import type { Environment } from "../../environment.ts";
import { listenerProblem, taskProblem, zoneOf } from "../../networks/way-in.ts";
import type { LoadBalancerRecord, TargetGroupRecord } from "./state.ts";

function placeOf({ description }: LoadBalancerRecord) {
  const { LoadBalancerName: name = "", Scheme, SecurityGroups: groupIds = [] } = description;
  const subnetIds = (description.AvailabilityZones ?? []).flatMap(({ SubnetId }) => SubnetId ?? []);
  return { name, isInternal: Scheme === "internal", subnetIds, groupIds };
}

/** Returns whether connections from the nodes to a target are dropped, and reports why. Only tasks are checked. */
export function isTargetClosed(
  { networks: { ec2, interfaces, report } }: Environment,
  loadBalancer: LoadBalancerRecord | undefined,
  { address, port }: { readonly address: string; readonly port: number },
): boolean {
  const task = interfaces.get(address);
  const problem = task && ec2 && loadBalancer && taskProblem(ec2, placeOf(loadBalancer), task, port);
  if (problem) report(problem);
  return problem !== undefined;
}

/** Returns whether a target is in a zone that is not enabled for the load balancer. */
export function isInOtherZone(
  { networks: { mode, ec2 } }: Environment,
  { description: { AvailabilityZones = [] } }: LoadBalancerRecord,
  { settings }: TargetGroupRecord,
  address: string,
): boolean {
  const zone = mode === "enforce" && ec2 && zoneOf(ec2, settings.VpcId, address);
  return zone ? AvailabilityZones.every(({ ZoneName }) => ZoneName !== zone) : false;
}

/**
 * Returns whether connections of clients to a listener are dropped, and reports why; undefined if networks decide
 * nothing. All clients count as clients on the internet.
 */
export function listenerFilter(
  { networks: { mode, ec2, report } }: Environment,
  loadBalancer: LoadBalancerRecord,
  port: number,
): (() => boolean) | undefined {
  if (mode === "off" || !ec2) return undefined;
  return () => {
    const problem = listenerProblem(ec2, placeOf(loadBalancer), port);
    if (problem) report(problem.text);
    return problem?.isClosed ?? false;
  };
}
