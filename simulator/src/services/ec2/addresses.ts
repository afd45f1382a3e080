import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Service } from "../api.ts";
import { instanceState } from "./instance-state.ts";
import { list } from "./list.ts";
import { freeElasticIp, natGatewayUsing } from "./public-addresses.ts";
import { type Address, type Ec2State, find, newId, remove, unsupported } from "./state.ts";
import { addTags, tagsFrom, tagsOf } from "./tags.ts";

export function addressOperations(state: Ec2State): Service<"ec2">["operations"] {
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
      refuseUnsupported(unsupported, "DescribeAddresses", input, ["AllocationIds", "PublicIps", "Filters"]);
      const { items } = list(
        state,
        "addresses",
        { ...input, ids: input.AllocationIds },
        {
          "allocation-id": ({ id }) => [id],
          "association-id": ({ association }) => [association?.id],
          "instance-id": ({ association }) => [association?.instanceId],
          "public-ip": ({ publicIp }) => [publicIp],
          domain: () => ["vpc"],
        },
      );
      const wanted = items.filter(({ publicIp }) => input.PublicIps?.includes(publicIp) ?? true);
      return { Addresses: wanted.map((address) => ({ ...common, ...describe(state, address) })) };
    },
    associateAddress: (input) => {
      refuseUnsupported(unsupported, "AssociateAddress", input, [
        "AllocationId",
        "InstanceId",
        "AllowReassociation",
      ]);
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
    },
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
