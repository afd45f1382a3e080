import type { Network } from "../../../ecs/network/network.ts";
import { routeOut } from "../../../ecs/network/routes.ts";
import { hint } from "../choices.ts";
import type { Account } from "./account.ts";

/** Reads the account's networks. Without its routes or endpoints, no way out is decided. */
export async function networkOf(account: Account): Promise<Network> {
  const [groups, subnets, routeTables, natGateways, endpoints] = await Promise.all([
    account.securityGroups(),
    hint(account.subnets()),
    hint(account.routeTables()),
    hint(account.natGateways()),
    hint(account.vpcEndpoints()),
  ]);
  const isRead = natGateways && endpoints;
  return {
    groups,
    ...{ subnets: subnets ?? [], routeTables: (isRead && routeTables) ?? [] },
    ...{ natGateways: natGateways ?? [], endpoints: endpoints ?? [] },
  };
}

/** Returns the subnets without a route to an internet gateway, which no client on the internet reaches. */
export function privateSubnets(network: Network, ids: readonly string[]): string[] {
  return network.subnets
    .filter(({ SubnetId = "" }) => ids.includes(SubnetId))
    .filter((subnet) => {
      const { answer, lacksAddress } = routeOut(network, subnet, false);
      return answer !== "unknown" && !lacksAddress;
    })
    .map(({ SubnetId = "" }) => SubnetId);
}
