import type { CapacityProviderStrategyItem } from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { checkCapacityProviders } from "./capacity-providers.ts";

const spot: CapacityProviderStrategyItem = { capacityProvider: "FARGATE_SPOT", base: 0, weight: 1 };

test("refuses an AppSpec that would remove the capacity provider, and shows the lines that keep it", () => {
  expect(checkCapacityProviders({ capacityProviderStrategy: [spot] }, {})).toEqual([
    {
      text: "the service runs on the capacity provider FARGATE_SPOT, which is not in the AppSpec: CodeDeploy would remove it from the service",
      fix: 'add to Properties: "CapacityProviderStrategy": [{"CapacityProvider":"FARGATE_SPOT","Base":0,"Weight":1}]',
    },
  ]);
});

test.each<[string, CapacityProviderStrategyItem[], Record<string, unknown>]>([
  ["a service without one", [], {}],
  ["an AppSpec that names some", [spot], { CapacityProviderStrategy: [] }],
  ["keys in another case", [spot], { capacityproviderstrategy: [] }],
])("accepts %s", (_, strategy, properties) => {
  const taskSets = [{ status: "PRIMARY", capacityProviderStrategy: strategy }];
  expect(checkCapacityProviders({ taskSets }, properties)).toEqual([]);
});
