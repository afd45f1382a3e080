import type { Ec2State, NatGateway } from "./state.ts";

/** Milliseconds of AWS time that a NAT gateway takes to come and to go: a minute or so each. */
const pendingMs = 60_000;
const deletingMs = 30_000;

export function natGatewayState(state: Ec2State, nat: NatGateway) {
  if (nat.deleteTime) return state.elapsedSince(nat.deleteTime) < deletingMs ? "deleting" : "deleted";
  if (state.elapsedSince(nat.createTime) < pendingMs) return "pending";
  return nat.failure ? "failed" : "available";
}

/** It has given its addresses back. */
export function isDeleted(state: Ec2State, nat: NatGateway): boolean {
  return natGatewayState(state, nat) === "deleted";
}
