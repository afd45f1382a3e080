import type { CapacityProviderStrategyItem, Service } from "@aws-sdk/client-ecs";
import type { Finding } from "../../shared/findings.ts";

/**
 * Checks that the AppSpec keeps the service's capacity providers: without a strategy, CodeDeploy creates the
 * replacement tasks without them.
 */
export function checkCapacityProviders(
  service: Service,
  properties: Readonly<Record<string, unknown>>,
): Finding[] {
  const primary = service.taskSets?.find(({ status }) => status === "PRIMARY");
  const strategy = primary?.capacityProviderStrategy ?? service.capacityProviderStrategy ?? [];
  const kept = Object.keys(properties).some((key) => key.toLowerCase() === "capacityproviderstrategy");
  if (strategy.length === 0 || kept) return [];
  const names = strategy.map(({ capacityProvider }) => capacityProvider).join(", ");
  return [
    {
      text: `the service runs on the capacity provider ${names}, which is not in the AppSpec: CodeDeploy would remove it from the service`,
      fix: `add to Properties: "CapacityProviderStrategy": ${JSON.stringify(strategy.map(inAppSpec))}`,
    },
  ];
}

function inAppSpec({ capacityProvider, base, weight }: CapacityProviderStrategyItem) {
  return { CapacityProvider: capacityProvider, Base: base, Weight: weight };
}
