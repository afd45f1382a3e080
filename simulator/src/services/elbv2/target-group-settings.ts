import type {
  CreateTargetGroupInput,
  ModifyTargetGroupInput,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { parseStatusMatcher } from "../../runtime/load-balancer/health-probe.ts";
import { checkPortNumber, type TargetGroupSettings, validationError } from "./state.ts";

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

export function readSettings(input: CreateTargetGroupInput): TargetGroupSettings {
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
  if (!/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/.test(Name)) {
    throw validationError(
      `Target group name '${Name}' must have 1 to 32 letters, digits or hyphens, with no hyphen at either end`,
    );
  }
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
export function applyHealthCheck(
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
  if ((input.HealthCheckProtocol ?? "HTTP") !== "HTTP") {
    refuse("HealthCheckProtocol", input.HealthCheckProtocol as string, "HTTP");
  }
  if (input.HealthCheckEnabled === false) {
    throw validationError("Health checks cannot be disabled for target groups with target type 'ip'");
  }
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
  if (settings.HealthCheckTimeoutSeconds >= settings.HealthCheckIntervalSeconds) {
    throw validationError("Health check interval must be greater than the timeout.");
  }
  const { HealthCheckPort: port, HealthCheckPath: path } = settings;
  const isPortNumber = /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535;
  if (port !== "traffic-port" && !isPortNumber) {
    throw validationError(`Health check port '${port}' must be 'traffic-port' or a number from 1 to 65535`);
  }
  if (!/^\/[!-~]*$/.test(path) || path.length > maxPathLength) {
    throw validationError(`Health check path '${path}' must begin with a '/' character`);
  }
  const { HttpCode } = settings.Matcher;
  if (parseStatusMatcher(HttpCode) === undefined) {
    throw validationError(`Health check matcher HTTP code '${HttpCode}' must be within '200-499'`);
  }
}
