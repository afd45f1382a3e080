import type { LoadBalancer } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Network } from "../../../ecs/network/network.ts";
import { publicSubnets, routeOut, setRoute, tableOf } from "../../../ecs/network/routes.ts";
import { hint } from "../choices.ts";
import type { Fix } from "../outcome.ts";
import type { Account } from "./account.ts";

/** Reads the account's networks. Without its routes or endpoints, no way out is decided. */
export async function networkOf(account: Account): Promise<Network> {
  const [groups, subnets, routeTables, natGateways, endpoints] = await Promise.all([
    account.securityGroups(),
    account.subnets(),
    hint(account.routeTables()),
    hint(account.natGateways()),
    hint(account.vpcEndpoints()),
  ]);
  const isRead = natGateways && endpoints;
  return {
    groups,
    ...{ subnets, routeTables: (isRead && routeTables) ?? [] },
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

/** Returns the fix of a load balancer that no client reaches: other subnets, or routes for its own. */
export function fixOfPlace(
  network: Network,
  { LoadBalancerName, LoadBalancerArn, VpcId }: LoadBalancer,
  cutOff: readonly string[],
): Pick<Fix, "console" | "cli"> {
  const open = publicSubnets(network, VpcId);
  const byZone = new Map(open.map(({ AvailabilityZone, SubnetId }) => [AvailabilityZone, SubnetId]));
  const own = network.subnets.filter(({ SubnetId = "" }) => cutOff.includes(SubnetId));
  const routes = new Set(own.map((subnet) => setRoute(tableOf(network, subnet))));
  const move = `aws elbv2 set-subnets --load-balancer-arn ${LoadBalancerArn} --subnets`;
  return {
    console: `EC2 → Load balancers → ${LoadBalancerName} → Network mapping → Edit subnets: two public ones. A public subnet's route table leads 0.0.0.0/0 to an internet gateway.`,
    cli: byZone.size > 1 ? `${move} ${[...byZone.values()].join(" ")}` : [...routes].join("; "),
  };
}
