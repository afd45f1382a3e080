import type { AssociateAddressCommandInput } from "@aws-sdk/client-ec2";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Operations } from "../api.ts";
import { formatAddress, usableAddresses } from "./cidr.ts";
import { instanceState, isTerminated } from "./instance-settings.ts";
import { type FilterTable, list } from "./list.ts";
import {
  type Address,
  type Ec2State,
  find,
  type Instance,
  type NatGateway,
  newId,
  remove,
  type Subnet,
  unsupported,
} from "./state.ts";
import { addTags, tagsFrom, tagsOf } from "./tags.ts";

export function addressOperations(state: Ec2State): Operations<"ec2"> {
  const common = { Domain: "vpc" as const, PublicIpv4Pool: "amazon", NetworkBorderGroup: state.region };
  return {
    allocateAddress: (input) => {
      refuseUnsupported(unsupported, "AllocateAddress", input, ["Domain", "TagSpecifications"]);
      if (input.Domain === "standard")
        throw new AwsError("UnsupportedOperation", "EC2-Classic is retired; use Domain vpc.");
      const tags = tagsFrom(input.TagSpecifications, "elastic-ip");
      const address: Address = { id: newId("eipalloc"), publicIp: freeElasticIp(state) };
      state.addresses.set(address.id, address);
      addTags(state, address.id, tags);
      return { AllocationId: address.id, PublicIp: address.publicIp, ...common };
    },
    describeAddresses: (input) => {
      const table: FilterTable<Address> = {
        "allocation-id": ({ id }) => [id],
        "association-id": ({ association }) => [association?.id],
        "instance-id": ({ association }) => [association?.instanceId],
        "public-ip": ({ publicIp }) => [publicIp],
        domain: () => ["vpc"],
      };
      const { items } = list(state, "addresses", input, table, ["PublicIps"]);
      const wanted = items.filter(({ publicIp }) => input.PublicIps?.includes(publicIp) ?? true);
      return { Addresses: wanted.map((address) => ({ ...common, ...describe(state, address) })) };
    },
    associateAddress: (input) => associate(state, input),
    disassociateAddress: (input) => {
      refuseUnsupported(unsupported, "DisassociateAddress", input, ["AssociationId"]);
      const { AssociationId = "" } = input;
      const address = [...state.addresses.values()].find(
        ({ association }) => association?.id === AssociationId,
      );
      if (!address)
        throw new AwsError(
          "InvalidAssociationID.NotFound",
          `The association ID '${AssociationId}' does not exist`,
        );
      address.association = undefined;
      return {};
    },
    releaseAddress: (input) => {
      refuseUnsupported(unsupported, "ReleaseAddress", input, ["AllocationId", "NetworkBorderGroup"]);
      const address = find(state, "addresses", input.AllocationId);
      refuseInUse(state, address);
      remove(state, "addresses", address.id);
      return {};
    },
  };
}

function associate(state: Ec2State, input: AssociateAddressCommandInput) {
  refuseUnsupported(unsupported, "AssociateAddress", input, ["AllocationId InstanceId AllowReassociation"]);
  const address = find(state, "addresses", input.AllocationId);
  const instance = find(state, "instances", input.InstanceId);
  if (!["running", "stopped"].includes(instanceState(state, instance)))
    throw new AwsError(
      "InvalidInstanceID",
      `The instance '${instance.id}' is not in a valid state for this operation.`,
    );
  const [gateway] = [...state.internetGateways.values()].filter(({ vpcId }) => vpcId === instance.vpcId);
  if (!gateway)
    throw new AwsError(
      "Gateway.NotAttached",
      `Network ${instance.vpcId} is not attached to any internet gateway`,
    );
  // Without the flag an address moves from its current instance.
  const held = address.association && input.AllowReassociation === false;
  if (held || natGatewayUsing(state, address.id))
    throw new AwsError(
      "Resource.AlreadyAssociated",
      `resource ${address.id} is already associated with associate-id ${address.association?.id}`,
    );
  for (const other of state.addresses.values())
    if (other.association?.instanceId === instance.id) other.association = undefined;
  address.association = { id: newId("eipassoc"), instanceId: instance.id };
  instance.publicIp = undefined;
  return { AssociationId: address.association.id };
}

function refuseInUse(state: Ec2State, { id, association }: Address): void {
  const holder = natGatewayUsing(state, id)?.id ?? association?.instanceId;
  if (holder !== undefined)
    throw new AwsError(
      "InvalidIPAddress.InUse",
      `Address with allocation id [${id}] cannot be released because it is in use by ${holder}.`,
    );
}

function describe(state: Ec2State, { id, publicIp, association }: Address) {
  const instance = association && state.instances.get(association.instanceId);
  return {
    AllocationId: id,
    PublicIp: publicIp,
    AssociationId: association?.id,
    InstanceId: association?.instanceId,
    NetworkInterfaceId: instance?.interfaceId,
    PrivateIpAddress: instance?.privateIp ?? natGatewayUsing(state, id)?.privateIp,
    Tags: tagsOf(state, id),
  };
}

/** Default quota of Elastic IP addresses of an account (EC2 user guide, quotas). */
const quota = 5;

/** Returns an address from 203.0.113.0/24, which RFC 5737 reserves for documentation: no host really has it. */
function freeElasticIp(state: Ec2State): string {
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
    (nat) => nat.address.id === allocationId && !nat.failure && !isDeleted(state, nat),
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
    gateways.some((nat) => natGatewayUsing(state, nat.address.id) === nat)
  );
}

/** Milliseconds of AWS time for creating and for deleting a NAT gateway: about a minute each. */
const pendingMs = 60_000;
const deletingMs = 30_000;

export function natGatewayState(state: Ec2State, nat: NatGateway) {
  if (nat.deleteTime) return state.elapsedSince(nat.deleteTime) < deletingMs ? "deleting" : "deleted";
  if (state.elapsedSince(nat.createTime) < pendingMs) return "pending";
  return nat.failure ? "failed" : "available";
}

/** Returns whether it has released its addresses. */
function isDeleted(state: Ec2State, nat: NatGateway): boolean {
  return natGatewayState(state, nat) === "deleted";
}

/** Returns the addresses of a subnet used by EC2 resources, without those of other services. */
export function usedAddresses(state: Ec2State, subnetId: string): Set<string> {
  return new Set([
    ...[...state.instances.values()].flatMap((instance) =>
      instance.subnetId === subnetId && !isTerminated(state, instance) ? [instance.privateIp] : [],
    ),
    ...[...state.natGateways.values()].flatMap((nat) =>
      nat.subnetId === subnetId && !isDeleted(state, nat) ? [nat.privateIp] : [],
    ),
    ...[...state.vpcEndpoints.values()].flatMap(({ interfaces }) =>
      interfaces.flatMap((each) => (each.subnetId === subnetId ? [each.privateIp] : [])),
    ),
  ]);
}

export function freeAddressCount(state: Ec2State, { id, cidr }: Subnet): number {
  return usableAddresses(cidr)[1] - usedAddresses(state, id).size;
}

/** Returns the lowest free address of a subnet. */
export function takePrivateAddress(state: Ec2State, subnet: Subnet): string {
  const used = usedAddresses(state, subnet.id);
  const [first, count] = usableAddresses(subnet.cidr);
  for (let value = first; value < first + count; value++)
    if (!used.has(formatAddress(value))) return formatAddress(value);
  throw new AwsError(
    "InsufficientFreeAddressesInSubnet",
    `There are not enough free addresses in subnet '${subnet.id}' to satisfy the requested number of instances.`,
  );
}
