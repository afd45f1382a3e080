import { BlockList, isIPv4 } from "node:net";
import type {
  TargetDescription,
  TargetHealth,
  TargetHealthDescription,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import type { Networks } from "../../networks/networks.ts";
import { zoneOf } from "../../networks/way-in.ts";
import { createPoolMember } from "../../runtime/load-balancer/target-pool.ts";
import type { Operations } from "../api.ts";
import { isInOtherZone, isTargetClosed } from "./reach.ts";
import {
  checkPortNumber,
  findTargetGroup,
  type LoadBalancerRecord,
  loadBalancerArnsOf,
  type State,
  type TargetGroupRecord,
  type TargetRecord,
  validationError,
} from "./state.ts";
import {
  draining,
  initialChecking,
  notInUse,
  notRegistered,
  watchTarget,
  zoneNotEnabled,
} from "./target-health.ts";

type Description = TargetRecord["description"];

/** Life of targets from registration to removal. */
export interface TargetLife {
  /** An existing target stays as it is; a draining one starts over. */
  register(group: TargetGroupRecord, targets: readonly Description[]): void;
  deregister(group: TargetGroupRecord, targets: readonly Description[]): void;
  /**
   * Call it when rules or zones have changed: a target that comes into use is checked, one that goes out of use not.
   */
  followUse(): void;
  /** Ends checks and connections of a deleted group. */
  removeAll(group: TargetGroupRecord): void;
}

export function createTargetLife(environment: Environment, state: State): TargetLife {
  const { networks } = environment;
  const userOf = ({ arn }: TargetGroupRecord): LoadBalancerRecord | undefined =>
    state.loadBalancers.get(loadBalancerArnsOf(state, arn)[0] ?? "");
  const startChecks = (group: TargetGroupRecord, target: TargetRecord) => {
    restart(target);
    target.health = initialChecking;
    const isClosed = (port: number) =>
      networks.mode === "enforce" &&
      isTargetClosed(environment, userOf(group), { address: target.description.Id, port });
    const checked = { settings: () => group.settings, isClosed };
    void watchTarget(environment, checked, target, () => refreshPool(group));
  };
  /** Starts the checks of a target that has come into use; ends those of one that has gone out of use. */
  const follow = (group: TargetGroupRecord, target: TargetRecord) => {
    const user = userOf(group);
    const isInZone = user && !isInOtherZone(environment, user, group, target.description.Id);
    const unused = user ? zoneNotEnabled : notInUse;
    if (isInZone && target.health.State === "unused") startChecks(group, target);
    else if (!isInZone && target.health.State === "draining") remove(group, target);
    else if (!isInZone && target.health !== unused) rest(target, unused);
  };
  return {
    register(group, targets) {
      for (const description of targets) {
        const known = group.targets.get(keyOf(description));
        if (known === undefined || known.health.State === "draining") {
          const target = createTarget(description);
          group.targets.set(keyOf(description), target);
          if (known) retire(known);
          follow(group, target);
        }
      }
      refreshPool(group);
    },
    deregister(group, targets) {
      for (const description of targets) {
        const target = group.targets.get(keyOf(description));
        if (target && target.health.State !== "draining") drain(environment, group, target);
      }
      refreshPool(group);
    },
    followUse() {
      for (const group of state.targetGroups.values()) {
        for (const target of group.targets.values()) follow(group, target);
        refreshPool(group);
      }
    },
    removeAll(group) {
      for (const target of group.targets.values()) remove(group, target);
      refreshPool(group);
    },
  };
}

function rest(target: TargetRecord, unused: TargetHealth): void {
  restart(target);
  target.health = unused;
}

/** An unused target has nothing to finish, so it is removed at once. */
function drain({ clock }: Environment, group: TargetGroupRecord, target: TargetRecord): void {
  if (target.health.State === "unused") {
    remove(group, target);
    return;
  }
  restart(target);
  target.health = draining;
  const delayMs = Number(group.attributes.get("deregistration_delay.timeout_seconds")) * 1000;
  clock.wait(delayMs, target.activity.signal).then(
    () => remove(group, target),
    // The target was registered again, or the group was deleted: that code has already handled the target.
    () => {},
  );
}

function createTarget(description: Description): TargetRecord {
  const member = createPoolMember(description.Id, description.Port);
  return { description, member, health: notInUse, activity: new AbortController() };
}

/** Ends the target's activity, to begin another one. */
function restart(target: TargetRecord): void {
  target.activity.abort();
  target.activity = new AbortController();
}

function remove(group: TargetGroupRecord, target: TargetRecord): void {
  retire(target);
  group.targets.delete(keyOf(target.description));
}

function retire(target: TargetRecord): void {
  target.activity.abort();
  target.member.connections.retire();
}

function refreshPool({ pool, targets }: TargetGroupRecord): void {
  const membersThatAre = (state: string) =>
    [...targets.values()].filter(({ health }) => health.State === state).map(({ member }) => member);
  pool.update({ healthy: membersThatAre("healthy"), unhealthy: membersThatAre("unhealthy") });
}

function keyOf({ Id, Port }: Description): string {
  return `${Id}:${Port}`;
}

/** Allowed addresses of targets of type ip (RFC 1918, RFC 6598), and loopback, which is not mapped here. */
const targetAddresses = new BlockList();
for (const [address, prefix] of [
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
] as const) {
  targetAddresses.addSubnet(address, prefix);
}

export function targetOperations(
  { networks }: Environment,
  state: State,
  life: TargetLife,
): Operations<"elbv2"> {
  return {
    registerTargets: ({ TargetGroupArn, Targets }) => {
      const group = findTargetGroup(state, TargetGroupArn);
      const targets = readTargets(group, Targets);
      for (const target of targets) refuseOutside(networks, group, target);
      life.register(group, targets);
      return {};
    },
    deregisterTargets: ({ TargetGroupArn, Targets }) => {
      const group = findTargetGroup(state, TargetGroupArn);
      life.deregister(group, readTargets(group, Targets));
      return {};
    },
    describeTargetHealth: ({ TargetGroupArn, Targets, Include }) => {
      if (Include !== undefined)
        throw validationError("The simulator does not serve 'Include' of target health");
      const group = findTargetGroup(state, TargetGroupArn);
      return { TargetHealthDescriptions: describeHealth(group, Targets) };
    },
  };
}

function readTargets(group: TargetGroupRecord, targets: readonly TargetDescription[] = []) {
  if (targets.length === 0) throw validationError("At least one target must be specified");
  if (group.settings.TargetType !== "ip")
    throw validationError(`The simulator registers no targets in '${group.name}', which is of type instance`);
  return targets.map(({ Id = "", Port = group.settings.Port, AvailabilityZone, QuicServerId }) => {
    if (!isIPv4(Id) || !targetAddresses.check(Id))
      throw new AwsError(
        "InvalidTargetException",
        `The target '${Id}' is not a private IPv4 address; targets of '${group.name}' are of type ip`,
      );
    if (QuicServerId !== undefined) throw validationError("QuicServerId is only for QUIC target groups");
    checkPortNumber("Port", Port);
    return { Id, Port, AvailabilityZone };
  });
}

/** Recorded: aws/containers-roadmap#1107, kubernetes-sigs/aws-load-balancer-controller#3714. */
function refuseOutside(
  { ec2 }: Networks,
  { settings }: TargetGroupRecord,
  { Id, AvailabilityZone: zone }: Description,
): void {
  // Loopback addresses are the simulator's own.
  if (!ec2 || zone === "all" || Id.startsWith("127.") || zoneOf(ec2, settings.VpcId, Id)) return;
  throw validationError(
    zone
      ? `The Availability Zone for IP address '${Id}' must be 'all' for Application Load Balancer target groups, when not within the VPC`
      : `The Availability Zone is required for IP address '${Id}' because it is not in the VPC`,
  );
}

function describeHealth(
  group: TargetGroupRecord,
  asked: readonly TargetDescription[] | undefined,
): TargetHealthDescription[] {
  const describe = (description: TargetRecord["description"]): TargetHealthDescription => {
    const target = group.targets.get(keyOf(description));
    const { HealthCheckPort } = group.settings;
    return {
      Target: target?.description ?? description,
      HealthCheckPort: HealthCheckPort === "traffic-port" ? String(description.Port) : HealthCheckPort,
      TargetHealth: target?.health ?? notRegistered,
    };
  };
  if (asked === undefined || asked.length === 0)
    return [...group.targets.values()].map(({ description }) => describe(description));
  return readTargets(group, asked).map(describe);
}
