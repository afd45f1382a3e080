import type { InstanceStateName } from "@aws-sdk/client-ec2";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { FoundImage } from "./images.ts";
import {
  type Ec2State,
  find,
  type Instance,
  invalidValue,
  type MetadataOptions,
  unsupported,
} from "./state.ts";

/** Bytes of user data before it is encoded. Source: RunInstances, EC2 API reference. */
const mostUserData = 16_384;

/** A family, such as `t3` or `m6gd`, and a size; Graviton families, whose name has a g after the digits, are arm64. */
export function checkInstanceType(
  { id, architecture }: Pick<FoundImage, "id" | "architecture">,
  type = "m1.small",
) {
  const [, options] = /^[a-z]+\d+([a-z-]*)\.(?:nano|micro|small|medium|metal|\d*x?large)$/.exec(type) ?? [];
  if (options === undefined) throw invalidValue(`Invalid value '${type}' for InstanceType.`);
  const wanted = options.startsWith("g") || type.startsWith("a1.") ? "arm64" : "x86_64";
  if (wanted !== architecture)
    throw invalidValue(
      `The architecture '${wanted}' of the specified instance type does not match the architecture '${architecture}' of the specified AMI ${id}.`,
    );
  return type;
}

/** Returns the given groups, or the VPC's default group. */
export function securityGroupsFor(
  state: Ec2State,
  vpcId: string,
  ids: readonly string[] | undefined,
): string[] {
  if (ids === undefined || ids.length === 0) {
    const groups = [...state.securityGroups.values()];
    return groups.filter((each) => each.vpcId === vpcId && each.name === "default").map(({ id }) => id);
  }
  const groups = ids.map((id) => find(state, "securityGroups", id));
  const foreign = groups.find((each) => each.vpcId !== vpcId);
  // Recorded for RunInstances.
  if (foreign)
    throw new AwsError(
      "InvalidParameter",
      `Security group ${foreign.id} and subnet belong to different networks.`,
    );
  return groups.map(({ id }) => id);
}

/** Throws InvalidUserData.Malformed or InvalidParameterValue. */
export function checkUserData(text = ""): void {
  if (!/^[A-Za-z0-9+/\s]*(?:=[=\s]*)?$/.test(text))
    throw new AwsError("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.");
  if (Buffer.from(text, "base64").length > mostUserData)
    throw invalidValue(`User data is limited to ${mostUserData} bytes.`);
}

interface MetadataInput {
  readonly HttpTokens?: string | undefined;
  readonly HttpPutResponseHopLimit?: number | undefined;
}

/** Defaults of the simulator's images: with session tokens, two hops away. */
const defaults: MetadataOptions = { httpTokens: "required", hopLimit: 2 };

export function parseMetadata(input: MetadataInput = {}, previous = defaults): MetadataOptions {
  refuseUnsupported(unsupported, "MetadataOptions", input, ["HttpTokens", "HttpPutResponseHopLimit"]);
  const hopLimit = input.HttpPutResponseHopLimit ?? previous.hopLimit;
  if (!(hopLimit >= 1 && hopLimit <= 64))
    throw invalidValue(`Value (${hopLimit}) for parameter HttpPutResponseHopLimit is invalid: 1 to 64.`);
  const httpTokens = input.HttpTokens ?? previous.httpTokens;
  if (httpTokens !== "required" && httpTokens !== "optional")
    throw invalidValue(`Value (${httpTokens}) for HttpTokens is invalid: use required or optional.`);
  return { httpTokens, hopLimit };
}

/** Milliseconds of AWS time from one state to the next, and how long a terminated instance is still described. */
const pendingMs = 15_000;
const stoppingMs = 30_000;
const rememberedMs = 3_600_000;

/** Source: InstanceState, EC2 API reference. */
const codes: Readonly<Record<InstanceStateName, number>> = {
  pending: 0,
  running: 16,
  "shutting-down": 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

export function instanceState(state: Ec2State, { phase }: Instance): InstanceStateName {
  const elapsed = state.elapsedSince(phase.since);
  if (phase.goal === "running") return elapsed < pendingMs ? "pending" : "running";
  if (phase.goal === "stopped") return elapsed < stoppingMs ? "stopping" : "stopped";
  return elapsed < stoppingMs ? "shutting-down" : "terminated";
}

export function describeState(name: InstanceStateName) {
  return { Code: codes[name], Name: name };
}

export function isTerminated(state: Ec2State, instance: Instance): boolean {
  return instanceState(state, instance) === "terminated";
}

/** "Terminated instances remain visible after termination (for approximately one hour)" (TerminateInstances). */
export function forgetOldInstances(state: Ec2State): void {
  for (const instance of state.instances.values()) {
    const { goal, since } = instance.phase;
    if (goal !== "terminated" || state.elapsedSince(since) < rememberedMs) continue;
    state.instances.delete(instance.id);
    state.tags.delete(instance.id);
  }
}
