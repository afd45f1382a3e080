import type { DeploymentConfiguration, DeploymentStrategy } from "@aws-sdk/client-ecs";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { checkLifecycleHooks } from "./lifecycle-hook-settings.ts";
import type { ResolvedConfiguration } from "./service-records.ts";
import { withoutDefaults } from "./without-defaults.ts";

/** A day: the longest bake time (API reference, CanaryConfiguration and LinearConfiguration). */
const longestBake = 1440;

/** Returns the requested configuration, with AWS's defaults (API reference, DeploymentConfiguration). */
export function resolveConfiguration(asked: DeploymentConfiguration = {}): ResolvedConfiguration {
  return {
    strategy: "ROLLING",
    maximumPercent: 200,
    minimumHealthyPercent: 100,
    deploymentCircuitBreaker: { enable: false, rollback: false },
    ...asked,
  } as ResolvedConfiguration;
}

/** Returns the current configuration with the requested changes; settings of another strategy are dropped. */
export function changeConfiguration(
  current: DeploymentConfiguration = {},
  asked: DeploymentConfiguration = {},
): ResolvedConfiguration {
  const { linearConfiguration: _, canaryConfiguration: __, lifecycleHooks: ___, ...common } = current;
  const { strategy = current.strategy } = asked;
  return resolveConfiguration({ ...(strategy === current.strategy ? current : common), ...asked });
}

/** Throws InvalidParameterException where ECS, or the simulator, cannot perform such a deployment. */
export function checkConfiguration(configuration: ResolvedConfiguration, hasLoadBalancer: boolean): void {
  refuseUnsupported("InvalidParameterException", "deploymentConfiguration", withoutDefaults(configuration), [
    "strategy",
    "maximumPercent",
    "minimumHealthyPercent",
    "deploymentCircuitBreaker",
    "alarms",
    "bakeTimeInMinutes",
    "lifecycleHooks",
    "linearConfiguration",
    "canaryConfiguration",
  ]);
  checkPercentages(configuration);
  checkStrategy(configuration, hasLoadBalancer);
  checkBakeTime("bakeTimeInMinutes", configuration.bakeTimeInMinutes);
  checkCircuitBreaker(configuration);
  if (configuration.alarms?.enable && !configuration.alarms.alarmNames?.length)
    throw invalid("alarmNames must name at least one alarm when alarms are enabled.");
  checkLifecycleHooks(configuration);
}

function checkPercentages({ strategy, maximumPercent, minimumHealthyPercent }: ResolvedConfiguration): void {
  if (minimumHealthyPercent < 0 || maximumPercent < 0)
    throw invalid("maximumPercent and minimumHealthyPercent must not be negative.");
  if (maximumPercent < 100) throw invalid("maximumPercent must be at least 100.");
  if (strategy === "ROLLING" && maximumPercent === 100 && minimumHealthyPercent === 100)
    throw invalid(
      "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.",
    );
}

const settingsOf = { LINEAR: "linearConfiguration", CANARY: "canaryConfiguration" } as const;

function checkStrategy(configuration: ResolvedConfiguration, hasLoadBalancer: boolean): void {
  const { strategy, linearConfiguration, canaryConfiguration } = configuration;
  const known: readonly DeploymentStrategy[] = ["ROLLING", "BLUE_GREEN", "LINEAR", "CANARY"];
  if (!known.includes(strategy))
    throw invalid(`strategy must be one of ${known.join(", ")}, not ${strategy}.`);
  for (const [of, member] of Object.entries(settingsOf))
    if (configuration[member] && of !== strategy)
      throw invalid(`${member} is only valid with the deployment strategy ${of}, not ${strategy}.`);
  if (strategy === "BLUE_GREEN" && configuration.bakeTimeInMinutes === undefined)
    throw invalid("bakeTimeInMinutes must be provided with the deployment strategy BLUE_GREEN.");
  if ((strategy === "LINEAR" || strategy === "CANARY") && !hasLoadBalancer)
    throw invalid(`The deployment strategy ${strategy} shifts traffic: the service needs a load balancer.`);
  checkPercent("canaryPercent", canaryConfiguration?.canaryPercent, 0.1);
  checkBakeTime("canaryBakeTimeInMinutes", canaryConfiguration?.canaryBakeTimeInMinutes);
  checkPercent("stepPercent", linearConfiguration?.stepPercent, 3);
  checkBakeTime("stepBakeTimeInMinutes", linearConfiguration?.stepBakeTimeInMinutes);
}

/** A multiple of 0.1 up to 100. */
function checkPercent(name: string, percent = 100, least: number): void {
  const tenths = Math.round(percent * 10);
  if (percent < least || percent > 100 || Math.abs(tenths - percent * 10) > 1e-6)
    throw invalid(`${name} must be a multiple of 0.1 between ${least} and 100, not ${percent}.`);
}

function checkBakeTime(name: string, minutes = 0): void {
  if (!Number.isInteger(minutes) || minutes < 0 || minutes > longestBake)
    throw invalid(`${name} must be between 0 and ${longestBake} minutes, not ${minutes}.`);
}

function checkCircuitBreaker({ deploymentCircuitBreaker }: ResolvedConfiguration): void {
  const { type = "COUNT", value = 1 } = deploymentCircuitBreaker?.thresholdConfiguration ?? {};
  if (!["BOUNDED_PERCENT", "UNBOUNDED_PERCENT", "COUNT"].includes(type) || value < 1)
    throw invalid(
      "thresholdConfiguration needs a type of BOUNDED_PERCENT, UNBOUNDED_PERCENT or COUNT and a value of at least 1.",
    );
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterException", message);
}
