import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";
import { addressOperations } from "./addresses.ts";
import { internetGatewayOperations } from "./internet-gateways.ts";
import { natGatewayOperations } from "./nat-gateways.ts";
import { routeTableOperations } from "./route-tables.ts";
import { routeOperations } from "./routes.ts";
import { securityGroupRuleOperations } from "./security-group-rules.ts";
import { securityGroupOperations } from "./security-groups.ts";
import { createEc2State } from "./state.ts";
import { subnetOperations } from "./subnets.ts";
import { tagOperations } from "./tags.ts";
import { vpcOperations } from "./vpcs.ts";
import { zoneOperations } from "./zones.ts";

/** The VPC part of EC2 as state: no packet is filtered or routed by it. Source: API reference 2016-11-15. */
export function createEc2(environment: Environment): Service<"ec2"> {
  const state = createEc2State(environment);
  return {
    operations: {
      ...vpcOperations(state),
      ...subnetOperations(state),
      ...internetGatewayOperations(state),
      ...routeTableOperations(state),
      ...routeOperations(state),
      ...securityGroupOperations(state),
      ...securityGroupRuleOperations(state),
      ...natGatewayOperations(state),
      ...addressOperations(state),
      ...tagOperations(state),
      ...zoneOperations(state),
    },
  };
}
