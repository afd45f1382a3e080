import { BlockList, isIPv4 } from "node:net";
import type { TargetDescription, TargetHealthDescription } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../errors.ts";
import { createPoolMember, retirePoolMember } from "../../planes/load-balancer/target-pool.ts";
import type { AwsClients, Operations } from "../api.ts";
import {
  findTargetGroup,
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
  registering,
  watchTarget,
} from "./target-health.ts";

export interface Targets {
  readonly operations: Operations<AwsClients["elbv2"]>;
  /** To be called when rules changed: a group that came into use has its targets checked, one that went rests. */
  followUse(): void;
  /** Ends checks and connections of a group that goes away. */
  removeAll(group: TargetGroupRecord): void;
}

/** Addresses a target of type ip may have (RFC 1918, RFC 6598), and loopback, which stands for itself here. */
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

export function createTargets(environment: Environment, state: State): Targets {
  const isInUse = ({ arn }: TargetGroupRecord) => loadBalancerArnsOf(state, arn).length > 0;

  const startChecks = (group: TargetGroupRecord, target: TargetRecord) => {
    restart(target);
    target.health = initialChecking;
    void watchTarget(environment, { settings: () => group.settings }, target, () => refreshPool(group));
  };
  const rest = (target: TargetRecord) => {
    restart(target);
    target.health = notInUse;
  };
  const register = (group: TargetGroupRecord, description: TargetRecord["description"]) => {
    const known = group.targets.get(keyOf(description));
    if (known !== undefined && known.health.State !== "draining") return;
    const target = known ?? createTarget(description);
    group.targets.set(keyOf(description), target);
    if (isInUse(group)) startChecks(group, target);
    else rest(target);
  };
  const deregister = (group: TargetGroupRecord, target: TargetRecord) => {
    if (target.health.State === "draining") return;
    restart(target);
    if (target.health.State === "unused") return remove(group, target);
    target.health = draining;
    const delayMs = Number(group.attributes.get("deregistration_delay.timeout_seconds")) * 1000;
    environment.clock.wait(delayMs, target.activity.signal).then(
      () => {
        remove(group, target);
        refreshPool(group);
      },
      // Registered again, or the group went: whoever ended the delay has seen to the target.
      () => {},
    );
  };

  return {
    operations: {
      registerTargets: ({ TargetGroupArn, Targets }) => {
        const group = findTargetGroup(state, TargetGroupArn);
        for (const target of readTargets(group, Targets)) register(group, target);
        refreshPool(group);
        return {};
      },
      deregisterTargets: ({ TargetGroupArn, Targets }) => {
        const group = findTargetGroup(state, TargetGroupArn);
        for (const description of readTargets(group, Targets)) {
          const target = group.targets.get(keyOf(description));
          if (target) deregister(group, target);
        }
        refreshPool(group);
        return {};
      },
      describeTargetHealth: ({ TargetGroupArn, Targets }) => {
        const group = findTargetGroup(state, TargetGroupArn);
        return { TargetHealthDescriptions: describeHealth(group, Targets) };
      },
    },
    followUse() {
      for (const group of state.targetGroups.values()) {
        const used = isInUse(group);
        for (const target of group.targets.values()) {
          if (used && target.health.State === "unused") startChecks(group, target);
          else if (!used && target.health.State === "draining") remove(group, target);
          else if (!used && target.health.State !== "unused") rest(target);
        }
        refreshPool(group);
      }
    },
    removeAll(group) {
      for (const target of group.targets.values()) remove(group, target);
      refreshPool(group);
    },
  };
}

function createTarget(description: TargetRecord["description"]): TargetRecord {
  const member = createPoolMember(description.Id, description.Port);
  return { description, member, health: registering, activity: new AbortController() };
}

/** Ends what went on about the target, to begin something else. */
function restart(target: TargetRecord): void {
  target.activity.abort();
  target.activity = new AbortController();
}

function remove(group: TargetGroupRecord, target: TargetRecord): void {
  target.activity.abort();
  retirePoolMember(target.member);
  group.targets.delete(keyOf(target.description));
}

function refreshPool({ pool, targets }: TargetGroupRecord): void {
  const membersThatAre = (state: string) =>
    [...targets.values()].filter(({ health }) => health.State === state).map(({ member }) => member);
  pool.update({ healthy: membersThatAre("healthy"), unhealthy: membersThatAre("unhealthy") });
}

function keyOf({ Id, Port }: TargetRecord["description"]): string {
  return `${Id}:${Port}`;
}

function readTargets(group: TargetGroupRecord, targets: readonly TargetDescription[] = []) {
  if (targets.length === 0) throw validationError("At least one target must be specified");
  return targets.map(({ Id = "", Port = group.settings.Port, AvailabilityZone, QuicServerId }) => {
    if (!isIPv4(Id) || !targetAddresses.check(Id)) {
      throw new AwsError(
        "InvalidTargetException",
        `The target '${Id}' is not a private IPv4 address; targets of '${group.name}' are of type ip`,
      );
    }
    if (QuicServerId !== undefined) throw validationError("QuicServerId is only for QUIC target groups");
    if (Port < 1 || Port > 65535) throw validationError(`Port '${Port}' must be between 1 and 65535`);
    return { Id, Port, AvailabilityZone };
  });
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
  if (asked === undefined || asked.length === 0) {
    return [...group.targets.values()].map(({ description }) => describe(description));
  }
  return readTargets(group, asked).map(describe);
}
