import { isDeepStrictEqual } from "node:util";
import type {
  CreateTargetGroupInput,
  ModifyTargetGroupInput,
  TargetGroup,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { parseStatusMatcher } from "../../runtime/load-balancer/health-probe.ts";
import { createTargetPool } from "../../runtime/load-balancer/target-pool.ts";
import type { Operations } from "../api.ts";
import { defaultAttributes, targetGroupAttributes } from "./attributes.ts";
import {
  checkPortNumber,
  findLoadBalancer,
  findTargetGroup,
  loadBalancerArnsOf,
  newId,
  page,
  type State,
  type TargetGroupRecord,
  type TargetGroupSettings,
  tagMap,
  validationError,
} from "./state.ts";
import type { TargetLife } from "./target-life.ts";

export function targetGroupOperations(
  environment: Environment,
  state: State,
  targets: TargetLife,
): Operations<"elbv2"> {
  const describe = (group: TargetGroupRecord) => describeGroup(state, group);
  return {
    createTargetGroup: async (input) => {
      const settings = readSettings(input);
      await checkVpc(environment, settings.VpcId as string);
      const name = settings.TargetGroupName as string;
      const existing = [...state.targetGroups.values()].find((group) => group.name === name);
      if (existing) {
        if (isDeepStrictEqual(existing.settings, settings)) return { TargetGroups: [describe(existing)] };
        throw new AwsError(
          "DuplicateTargetGroupNameException",
          `A target group with the same name '${name}' exists, but with different settings`,
        );
      }
      const { region, accountId } = environment;
      const arn = `arn:aws:elasticloadbalancing:${region}:${accountId}:targetgroup/${name}/${newId()}`;
      const group: TargetGroupRecord = {
        arn,
        name,
        settings,
        attributes: defaultAttributes(targetGroupAttributes),
        tags: tagMap(input.Tags),
        targets: new Map(),
        pool: createTargetPool(),
      };
      state.targetGroups.set(arn, group);
      return { TargetGroups: [describe(group)] };
    },
    describeTargetGroups: (input) => {
      const { items, NextMarker } = page(selectGroups(state, input), input);
      return { TargetGroups: items.map(describe), NextMarker };
    },
    modifyTargetGroup: (input) => {
      const group = findTargetGroup(state, input.TargetGroupArn);
      group.settings = applyHealthCheck(group.settings, input);
      return { TargetGroups: [describe(group)] };
    },
    deleteTargetGroup: ({ TargetGroupArn = "" }) => {
      const group = state.targetGroups.get(TargetGroupArn);
      if (group === undefined) return {};
      if (loadBalancerArnsOf(state, group.arn).length > 0)
        throw new AwsError(
          "ResourceInUseException",
          `Target group '${group.arn}' is currently in use by a listener or a rule`,
        );
      targets.removeAll(group);
      state.targetGroups.delete(group.arn);
      return {};
    },
  };
}

function describeGroup(state: State, { arn, settings }: TargetGroupRecord): TargetGroup {
  return { TargetGroupArn: arn, ...settings, LoadBalancerArns: loadBalancerArnsOf(state, arn) };
}

async function checkVpc(environment: Environment, vpcId: string): Promise<void> {
  const found = await environment.aws.ec2.describeVpcs({ VpcIds: [vpcId] }).catch((error: unknown) => {
    if (error instanceof AwsError && error.code.startsWith("InvalidVpcID")) return { Vpcs: [] };
    throw error;
  });
  if (!found.Vpcs?.length) throw validationError(`The VPC ID '${vpcId}' is not found`);
}

/** Recorded for DescribeTargetGroups. */
function noneFound(): never {
  throw new AwsError("TargetGroupNotFoundException", "One or more target groups not found");
}

function selectGroups(
  state: State,
  asked: { LoadBalancerArn?: string; TargetGroupArns?: string[]; Names?: string[] },
): TargetGroupRecord[] {
  const groups = [...state.targetGroups.values()];
  if (asked.LoadBalancerArn !== undefined) {
    const { arn } = findLoadBalancer(state, asked.LoadBalancerArn);
    return groups.filter((group) => loadBalancerArnsOf(state, group.arn).includes(arn));
  }
  if (asked.TargetGroupArns?.length)
    return asked.TargetGroupArns.map((arn) => state.targetGroups.get(arn) ?? noneFound());
  if (!asked.Names?.length) return groups;
  return asked.Names.map((name) => {
    const found = groups.find((group) => group.name === name);
    return found ?? noneFound();
  });
}

/** Defaults of HTTP target groups with targets of type ip (API reference, CreateTargetGroup). */
const healthCheckDefaults = {
  HealthCheckEnabled: true,
  HealthCheckProtocol: "HTTP",
  HealthCheckPort: "traffic-port",
  HealthCheckPath: "/",
  HealthCheckIntervalSeconds: 30,
  HealthCheckTimeoutSeconds: 5,
  HealthyThresholdCount: 5,
  UnhealthyThresholdCount: 2,
  Matcher: { HttpCode: "200" },
} as const;

const ranges = {
  HealthCheckIntervalSeconds: [5, 300],
  HealthCheckTimeoutSeconds: [2, 120],
  HealthyThresholdCount: [2, 10],
  UnhealthyThresholdCount: [2, 10],
} as const;

const maxPathLength = 1024;

function readSettings(input: CreateTargetGroupInput): TargetGroupSettings {
  checkKind(input);
  const { Name, VpcId, Port, TargetType = "instance" } = input;
  if (Port === undefined) throw validationError("A port must be specified");
  checkPortNumber("Port", Port);
  if (VpcId === undefined) throw validationError("A VPC ID must be specified");
  return applyHealthCheck(
    {
      TargetGroupName: Name,
      Protocol: "HTTP",
      ProtocolVersion: "HTTP1",
      Port,
      VpcId,
      TargetType,
      IpAddressType: "ipv4",
      ...healthCheckDefaults,
    },
    input,
  );
}

function checkKind(input: CreateTargetGroupInput): void {
  const { Name = "", Protocol, ProtocolVersion = "HTTP1", TargetType = "instance", IpAddressType } = input;
  if (!/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/.test(Name))
    throw validationError(
      `Target group name '${Name}' must have 1 to 32 letters, digits or hyphens, with no hyphen at either end`,
    );
  if (Protocol === undefined) throw validationError("A protocol must be specified");
  if (Protocol !== "HTTP") refuse("Protocol", Protocol, "HTTP");
  if (ProtocolVersion !== "HTTP1") refuse("ProtocolVersion", ProtocolVersion, "HTTP1");
  if (TargetType !== "ip" && TargetType !== "instance")
    refuse("TargetType", TargetType, "ip and, without targets, instance");
  if (IpAddressType !== undefined && IpAddressType !== "ipv4") refuse("IpAddressType", IpAddressType, "ipv4");
  if (input.TargetControlPort !== undefined) refuse("TargetControlPort", input.TargetControlPort, "none");
}

function refuse(property: string, value: string | number, allowed: string): never {
  throw validationError(
    `The simulator does not serve ${property} '${value}' of target groups, only ${allowed}`,
  );
}

/** Applies the given members of a health check, after checking all of them. */
function applyHealthCheck(
  current: TargetGroupSettings,
  input: CreateTargetGroupInput | ModifyTargetGroupInput,
): TargetGroupSettings {
  const settings: TargetGroupSettings = {
    ...current,
    HealthCheckPort: input.HealthCheckPort ?? current.HealthCheckPort,
    HealthCheckPath: input.HealthCheckPath ?? current.HealthCheckPath,
    HealthCheckIntervalSeconds: input.HealthCheckIntervalSeconds ?? current.HealthCheckIntervalSeconds,
    HealthCheckTimeoutSeconds: input.HealthCheckTimeoutSeconds ?? current.HealthCheckTimeoutSeconds,
    HealthyThresholdCount: input.HealthyThresholdCount ?? current.HealthyThresholdCount,
    UnhealthyThresholdCount: input.UnhealthyThresholdCount ?? current.UnhealthyThresholdCount,
    Matcher: { HttpCode: input.Matcher?.HttpCode ?? current.Matcher.HttpCode },
  };
  if ((input.HealthCheckProtocol ?? "HTTP") !== "HTTP")
    refuse("HealthCheckProtocol", input.HealthCheckProtocol as string, "HTTP");
  if (input.HealthCheckEnabled === false)
    throw validationError("Health checks cannot be disabled for target groups with target type 'ip'");
  if (input.Matcher?.GrpcCode !== undefined) refuse("Matcher", input.Matcher.GrpcCode, "HttpCode");
  checkHealthCheck(settings);
  return settings;
}

function checkHealthCheck(settings: TargetGroupSettings): void {
  for (const [name, [from, to]] of Object.entries(ranges)) {
    const value = settings[name as keyof typeof ranges];
    if (!Number.isInteger(value) || value < from || value > to) {
      throw validationError(`${name} '${value}' must be between ${from} and ${to}`);
    }
  }
  if (settings.HealthCheckTimeoutSeconds >= settings.HealthCheckIntervalSeconds)
    throw validationError("Health check interval must be greater than the timeout.");
  const { HealthCheckPort: port, HealthCheckPath: path } = settings;
  const isPortNumber = /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535;
  if (port !== "traffic-port" && !isPortNumber)
    throw validationError(`Health check port '${port}' must be 'traffic-port' or a number from 1 to 65535`);
  if (!/^\/[!-~]*$/.test(path) || path.length > maxPathLength)
    throw validationError(`Health check path '${path}' must begin with a '/' character`);
  const { HttpCode } = settings.Matcher;
  if (parseStatusMatcher(HttpCode) === undefined)
    throw validationError(`Health check matcher HTTP code '${HttpCode}' must be within '200-499'`);
}
