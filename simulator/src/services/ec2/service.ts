import { type Definition, serviceOn } from "../definition.ts";
import { addressOperations } from "./addresses.ts";
import { createEc2State } from "./create-state.ts";
import { describeInstanceOperations } from "./describe-instances.ts";
import { internetGatewayOperations, natGatewayOperations } from "./gateways.ts";
import { imageOperations } from "./images.ts";
import { instanceAttributeOperations, instanceLifecycleOperations } from "./instance-lifecycle.ts";
import { instanceProfileOperations } from "./instance-profiles.ts";
import { routeOperations, routeTableOperations } from "./route-tables.ts";
import { runInstanceOperations } from "./run-instances.ts";
import { securityGroupRuleOperations } from "./security-group-rules.ts";
import { securityGroupOperations } from "./security-groups.ts";
import { subnetOperations } from "./subnets.ts";
import { tagOperations } from "./tags.ts";
import { vpcEndpointOperations } from "./vpc-endpoints.ts";
import { vpcOperations } from "./vpcs.ts";
import { zoneOperations } from "./zones.ts";

/**
 * EC2 as state, which decides who can reach whom; nothing runs on its instances. Source: API reference 2016-11-15.
 */
const createEc2 = serviceOn(createEc2State, [
  vpcOperations,
  subnetOperations,
  internetGatewayOperations,
  routeTableOperations,
  routeOperations,
  securityGroupOperations,
  securityGroupRuleOperations,
  natGatewayOperations,
  addressOperations,
  vpcEndpointOperations,
  imageOperations,
  runInstanceOperations,
  describeInstanceOperations,
  instanceLifecycleOperations,
  instanceAttributeOperations,
  instanceProfileOperations,
  tagOperations,
  zoneOperations,
]);

export const ec2: Definition<"ec2"> = {
  create: createEc2,
  client: "ec2",
  wires: [
    { protocol: "ec2Query", route: "2016-11-15", namespace: "http://ec2.amazonaws.com/doc/2016-11-15/" },
  ],
};
