import { randomUUID } from "node:crypto";
import type { DeploymentConfigInfo, TrafficRoutingConfig } from "@aws-sdk/client-codedeploy";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Operations } from "../api.ts";
import { type CodeDeployState, findConfig, unsupported } from "./state.ts";

const allAtOnce: TrafficRoutingConfig = { type: "AllAtOnce" };
const linear = (linearPercentage: number, linearInterval: number): TrafficRoutingConfig => ({
  type: "TimeBasedLinear",
  timeBasedLinear: { linearPercentage, linearInterval },
});
const canary = (canaryPercentage: number, canaryInterval: number): TrafficRoutingConfig => ({
  type: "TimeBasedCanary",
  timeBasedCanary: { canaryPercentage, canaryInterval },
});

/** Source: "Predefined deployment configurations for an Amazon ECS compute platform", CodeDeploy user guide. */
export const builtInConfigs: ReadonlyMap<string, DeploymentConfigInfo> = new Map(
  Object.entries({
    "CodeDeployDefault.ECSAllAtOnce": allAtOnce,
    "CodeDeployDefault.ECSLinear10PercentEvery1Minutes": linear(10, 1),
    "CodeDeployDefault.ECSLinear10PercentEvery3Minutes": linear(10, 3),
    "CodeDeployDefault.ECSCanary10Percent5Minutes": canary(10, 5),
    "CodeDeployDefault.ECSCanary10Percent15Minutes": canary(10, 15),
  }).map(([name, routing]) => [name, describeConfig(name, routing)]),
);

/** Minutes between two shifts at most. Source: TimeBasedCanary and TimeBasedLinear, API reference. */
const longestInterval = 2880;

export function deploymentConfigOperations(
  state: CodeDeployState,
  now: () => Date,
): Operations<"codedeploy"> {
  return {
    createDeploymentConfig: (input) => {
      refuseUnsupported(unsupported, "CreateDeploymentConfig", input, [
        "deploymentConfigName computePlatform trafficRoutingConfig",
      ]);
      const { deploymentConfigName: name = "", computePlatform, trafficRoutingConfig } = input;
      if (!/^[\w+=,.@-]{1,100}$/.test(name) || name.startsWith("CodeDeployDefault."))
        throw new AwsError(
          "InvalidDeploymentConfigNameException",
          `'${name}' is not a name for a deployment configuration: 1 to 100 letters, digits and _ + = , . @ -, not beginning with CodeDeployDefault.`,
        );
      if (computePlatform !== "ECS")
        throw new AwsError(
          "InvalidComputePlatformException",
          `The simulator deploys to ECS only, not to ${computePlatform ?? "Server"}; give computePlatform ECS.`,
        );
      refuseBadRouting(trafficRoutingConfig);
      if (state.configs.has(name))
        throw new AwsError(
          "DeploymentConfigAlreadyExistsException",
          `Deployment Configuration with name ${name} already exists`,
        );
      const config = describeConfig(name, trafficRoutingConfig as TrafficRoutingConfig, now());
      state.configs.set(name, config);
      return { deploymentConfigId: config.deploymentConfigId };
    },
    getDeploymentConfig: (input) => ({ deploymentConfigInfo: findConfig(state, input.deploymentConfigName) }),
  };
}

function describeConfig(
  deploymentConfigName: string,
  trafficRoutingConfig: TrafficRoutingConfig,
  createTime?: Date,
): DeploymentConfigInfo {
  return {
    deploymentConfigId: randomUUID(),
    deploymentConfigName,
    computePlatform: "ECS",
    trafficRoutingConfig,
    createTime,
  };
}

function refuseBadRouting(routing: TrafficRoutingConfig | undefined): void {
  if (routing?.type === "AllAtOnce") return;
  const [percentage, interval] =
    routing?.type === "TimeBasedCanary"
      ? [routing.timeBasedCanary?.canaryPercentage, routing.timeBasedCanary?.canaryInterval]
      : [routing?.timeBasedLinear?.linearPercentage, routing?.timeBasedLinear?.linearInterval];
  const within = (value: number | undefined, most: number) =>
    value !== undefined && Number.isInteger(value) && value >= 1 && value <= most;
  if (!within(percentage, 99) || !within(interval, longestInterval))
    throw new AwsError(
      "InvalidTrafficRoutingConfigurationException",
      `trafficRoutingConfig must be AllAtOnce, or TimeBasedCanary or TimeBasedLinear with a percentage of 1 to 99 and an interval of 1 to ${longestInterval} minutes.`,
    );
}
