import { AwsError } from "../../errors.ts";
import type { Service } from "../api.ts";
import { refuseUnsupported } from "../refuse-unsupported.ts";
import { list } from "./list.ts";
import { natGatewayUsing } from "./nat-gateways.ts";
import { type Ec2State, find, newId, remove, unsupported } from "./state.ts";
import { addTags, tagsFrom, tagsOf } from "./tags.ts";

/** An account may hold five Elastic IP addresses unless it asked for more (EC2 user guide, quotas). */
const quota = 5;

export function addressOperations(state: Ec2State): Service<"ec2">["operations"] {
  return {
    allocateAddress: (input) => {
      refuseUnsupported(unsupported, "AllocateAddress", input, ["Domain", "TagSpecifications"]);
      if (input.Domain === "standard")
        throw new AwsError("UnsupportedOperation", "EC2-Classic is retired; use Domain vpc.");
      const tags = tagsFrom(input.TagSpecifications, "elastic-ip");
      const publicIp = freeAddress(state);
      const address = { id: newId("eipalloc"), publicIp };
      state.addresses.set(address.id, address);
      addTags(state, address.id, tags);
      return {
        AllocationId: address.id,
        PublicIp: publicIp,
        Domain: "vpc",
        PublicIpv4Pool: "amazon",
        NetworkBorderGroup: state.region,
      };
    },
    describeAddresses: (input) => {
      refuseUnsupported(unsupported, "DescribeAddresses", input, ["AllocationIds", "Filters"]);
      const { items } = list(
        state,
        "addresses",
        { ...input, ids: input.AllocationIds },
        {
          "allocation-id": ({ id }) => [id],
          "public-ip": ({ publicIp }) => [publicIp],
          domain: () => ["vpc"],
        },
      );
      return {
        Addresses: items.map(({ id, publicIp }) => ({
          AllocationId: id,
          PublicIp: publicIp,
          Domain: "vpc",
          PublicIpv4Pool: "amazon",
          NetworkBorderGroup: state.region,
          PrivateIpAddress: natGatewayUsing(state, id)?.privateIp,
          Tags: tagsOf(state, id),
        })),
      };
    },
    releaseAddress: (input) => {
      refuseUnsupported(unsupported, "ReleaseAddress", input, ["AllocationId", "NetworkBorderGroup"]);
      const { id } = find(state, "addresses", input.AllocationId);
      const user = natGatewayUsing(state, id);
      if (user)
        throw new AwsError(
          "InvalidIPAddress.InUse",
          `Address with allocation id [${id}] cannot be released because it is in use by ${user.id}.`,
        );
      remove(state, "addresses", id);
      return {};
    },
  };
}

/** From 203.0.113.0/24, which RFC 5737 sets apart for documentation: it never is anybody's real address. */
function freeAddress(state: Ec2State): string {
  const taken = new Set([...state.addresses.values()].map(({ publicIp }) => publicIp));
  if (taken.size >= quota)
    throw new AwsError("AddressLimitExceeded", "The maximum number of addresses has been reached.");
  for (let host = 1; ; host++) if (!taken.has(`203.0.113.${host}`)) return `203.0.113.${host}`;
}
