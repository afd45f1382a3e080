import { AwsError } from "../../kit/errors.ts";
import { isDeleted } from "./nat-gateway-state.ts";
import type { Address, Ec2State, Instance, NatGateway } from "./state.ts";

/** Default quota of Elastic IP addresses of an account (EC2 user guide, quotas). */
const quota = 5;

/** Returns an address from 203.0.113.0/24, which RFC 5737 reserves for documentation: nobody really has it. */
export function freeElasticIp(state: Ec2State): string {
  const taken = new Set([...state.addresses.values()].map(({ publicIp }) => publicIp));
  if (taken.size >= quota)
    throw new AwsError("AddressLimitExceeded", "The maximum number of addresses has been reached.");
  return lowestFree("203.0.113", taken);
}

/** Returns an address of Amazon's pool, for as long as an instance runs; from RFC 5737's 198.51.100.0/24. */
export function freePoolAddress(state: Ec2State): string {
  return lowestFree(
    "198.51.100",
    new Set([...state.instances.values()].map(({ publicIp }) => publicIp ?? "")),
  );
}

function lowestFree(network: string, taken: ReadonlySet<string>): string {
  for (let host = 1; host < 255; host++) if (!taken.has(`${network}.${host}`)) return `${network}.${host}`;
  throw new AwsError(
    "InsufficientAddressCapacity",
    "Not enough available addresses to satisfy your request.",
  );
}

/** Returns the NAT gateway with this address, until it is deleted. */
export function natGatewayUsing(state: Ec2State, allocationId: string): NatGateway | undefined {
  return [...state.natGateways.values()].find(
    (nat) => nat.address?.id === allocationId && !nat.failure && !isDeleted(state, nat),
  );
}

export function elasticIpOf(state: Ec2State, instanceId: string): Address | undefined {
  return [...state.addresses.values()].find(({ association }) => association?.instanceId === instanceId);
}

/** An Elastic IP address takes precedence over one of the pool. */
export function publicIpOf(state: Ec2State, instance: Instance): string | undefined {
  return elasticIpOf(state, instance.id)?.publicIp ?? instance.publicIp;
}

/** Returns whether any resource in a VPC has a public address. */
export function hasMappedAddresses(state: Ec2State, vpcId: string): boolean {
  const instances = [...state.instances.values()].filter((each) => each.vpcId === vpcId);
  const gateways = [...state.natGateways.values()].filter((each) => each.vpcId === vpcId);
  return (
    instances.some((instance) => publicIpOf(state, instance) !== undefined) ||
    gateways.some((nat) => nat.address !== undefined && natGatewayUsing(state, nat.address.id) === nat)
  );
}
