import type { DeploymentConfiguration, DeploymentLifecycleHook } from "@aws-sdk/client-ecs";
import { invalid, refuseOthers } from "./inputs.ts";
import type { ResolvedConfiguration } from "./service-records.ts";

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
  refuseOthers("deploymentConfiguration", configuration, [
    "strategy maximumPercent minimumHealthyPercent deploymentCircuitBreaker alarms bakeTimeInMinutes",
    "lifecycleHooks linearConfiguration canaryConfiguration",
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
  const { value = 1 } = deploymentCircuitBreaker?.thresholdConfiguration ?? {};
  if (value < 1) throw invalid("thresholdConfiguration needs a value of at least 1.");
}

/** Stages at which a hook of type PAUSE is not allowed (API reference, DeploymentLifecycleHook). */
const withoutPause = ["TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"];

/** Throws InvalidParameterException for a hook that cannot be run. */
function checkLifecycleHooks({ strategy, lifecycleHooks = [] }: ResolvedConfiguration): void {
  if (lifecycleHooks.length > 0 && strategy === "ROLLING")
    throw invalid(
      "The simulator runs lifecycle hooks with the strategies BLUE_GREEN, LINEAR and CANARY, not with ROLLING.",
    );
  for (const hook of lifecycleHooks) checkHook(hook);
}

function checkHook(hook: DeploymentLifecycleHook): void {
  const { targetType = "AWS_LAMBDA", lifecycleStages = [] } = hook;
  refuseOthers(`lifecycleHooks (${targetType})`, hook, [
    "targetType",
    "lifecycleStages",
    "timeoutConfiguration",
    ...(targetType === "AWS_LAMBDA" ? (["hookTargetArn", "roleArn", "hookDetails"] as const) : []),
  ]);
  if (targetType === "AWS_LAMBDA" && !(hook.hookTargetArn?.startsWith("arn:aws:lambda:") && hook.roleArn))
    throw invalid(
      "A lifecycle hook of targetType AWS_LAMBDA needs the hookTargetArn of a function and a roleArn.",
    );
  if (lifecycleStages.length === 0) throw invalid("lifecycleStages must be provided for a lifecycle hook.");
  const refused = lifecycleStages.find((stage) => targetType === "PAUSE" && withoutPause.includes(stage));
  if (refused) throw invalid(`A lifecycle hook of targetType PAUSE cannot be configured at ${refused}.`);
  const { timeoutInMinutes = 1 } = hook.timeoutConfiguration ?? {};
  if (!Number.isInteger(timeoutInMinutes) || timeoutInMinutes < 1)
    throw invalid(`timeoutInMinutes must be at least 1, not ${timeoutInMinutes}.`);
}

/** API reference, ThresholdType: limits of the threshold with BOUNDED_PERCENT, and its default. */
const least = 3;
const most = 200;
const defaultPercent = 50;

/** Returns the number of failed tasks in a row that fail a deployment of a service with `desiredCount`. */
export function circuitBreakerThreshold(
  { deploymentCircuitBreaker }: ResolvedConfiguration,
  desiredCount: number,
): number {
  const { type = "BOUNDED_PERCENT", value = defaultPercent } =
    deploymentCircuitBreaker?.thresholdConfiguration ?? {};
  if (type === "COUNT") return value;
  const share = Math.ceil((value / 100) * desiredCount);
  return type === "UNBOUNDED_PERCENT" ? share : Math.min(Math.max(share, least), most);
}
