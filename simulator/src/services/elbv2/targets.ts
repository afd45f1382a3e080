import { BlockList, isIPv4 } from "node:net";
import type { TargetDescription, TargetHealthDescription } from "@aws-sdk/client-elastic-load-balancing-v2";
import { AwsError } from "../../kit/errors.ts";
import type { AwsClients, Operations } from "../api.ts";
import {
  findTargetGroup,
  type State,
  type TargetGroupRecord,
  type TargetRecord,
  validationError,
} from "./state.ts";
import { notRegistered } from "./target-health.ts";
import { keyOf, type TargetLife } from "./target-life.ts";

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

export function targetOperations(state: State, life: TargetLife): Operations<AwsClients["elbv2"]> {
  return {
    registerTargets: ({ TargetGroupArn, Targets }) => {
      const group = findTargetGroup(state, TargetGroupArn);
      life.register(group, readTargets(group, Targets));
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
