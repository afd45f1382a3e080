import type { Service } from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { diffService, serviceInAppSpec, serviceInProduction } from "./plan.ts";

const service: Service = {
  taskSets: [
    {
      status: "PRIMARY",
      platformVersion: "1.4.0",
      capacityProviderStrategy: [{ capacityProvider: "FARGATE", weight: 1 }],
      loadBalancers: [{ containerName: "web", containerPort: 8080, targetGroupArn: "arn:blue" }],
      networkConfiguration: {
        awsvpcConfiguration: { subnets: ["a", "b"], securityGroups: ["g"], assignPublicIp: "DISABLED" },
      },
    },
  ],
};

test.each<[string, Record<string, unknown>, string[]]>([
  ["changes nothing", { TaskDefinition: "x" }, []],
  [
    "repeats the current settings, in another order and case",
    {
      LoadBalancerInfo: { ContainerName: "web", containerport: 8080 },
      PlatformVersion: "LATEST",
      NetworkConfiguration: {
        AwsvpcConfiguration: { Subnets: ["b", "a"], SecurityGroups: ["g"], AssignPublicIp: "DISABLED" },
      },
      CapacityProviderStrategy: [{ CapacityProvider: "FARGATE", Base: 0, Weight: 1 }],
    },
    [],
  ],
  [
    "changes port, platform and subnets",
    {
      LoadBalancerInfo: { ContainerName: "web", ContainerPort: 9090 },
      PlatformVersion: "1.3.0",
      NetworkConfiguration: {
        AwsvpcConfiguration: { Subnets: ["a", "c"], SecurityGroups: ["g"], AssignPublicIp: "DISABLED" },
      },
    },
    [
      "~ service.loadBalancerInfo.containerPort: 8080 → 9090",
      '~ service.networkConfiguration.awsvpcConfiguration.subnets: ["a","b"] → ["a","c"]',
      '~ service.platformVersion: "1.4.0" → "1.3.0"',
    ],
  ],
])("compares an AppSpec that %s", (_, properties, lines) => {
  expect(diffService(serviceInProduction(service), serviceInAppSpec(properties))).toEqual(lines);
});
