import type { Ec2State, NatGateway } from "./state.ts";

/** Milliseconds of AWS time for creating and for deleting a NAT gateway: about a minute each. */
const pendingMs = 60_000;
const deletingMs = 30_000;

export function natGatewayState(state: Ec2State, nat: NatGateway) {
  if (nat.deleteTime) return state.elapsedSince(nat.deleteTime) < deletingMs ? "deleting" : "deleted";
  if (state.elapsedSince(nat.createTime) < pendingMs) return "pending";
  return nat.failure ? "failed" : "available";
}

/** Returns whether it has released its addresses. */
export function isDeleted(state: Ec2State, nat: NatGateway): boolean {
  return natGatewayState(state, nat) === "deleted";
}
