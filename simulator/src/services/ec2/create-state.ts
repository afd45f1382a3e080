import type { Environment } from "../../environment.ts";
import type { Ec2State } from "./state.ts";

export function createEc2State({ accountId, region, clock, networks }: Environment): Ec2State {
  const state: Ec2State = {
    accountId,
    region,
    now: () => clock.now(),
    elapsedSince: (start) => (clock.now().getTime() - start.getTime()) * clock.scale,
    vpcs: new Map(),
    subnets: new Map(),
    internetGateways: new Map(),
    routeTables: new Map(),
    associations: new Map(),
    securityGroups: new Map(),
    addresses: new Map(),
    natGateways: new Map(),
    instances: new Map(),
    vpcEndpoints: new Map(),
    tags: new Map(),
  };
  networks.ec2 = state;
  return state;
}
