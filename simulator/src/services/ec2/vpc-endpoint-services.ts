import { createHash } from "node:crypto";
import { AwsError } from "../../kit/errors.ts";

/** Services with gateway endpoints. Source: "Gateway endpoints", VPC user guide. */
const gatewayServices = ["s3", "dynamodb"];
/** Services with interface endpoints that deployments to ECS use. Source: "AWS services that integrate". */
const interfaceServices = [
  "application-autoscaling",
  "cloudformation",
  "codecommit",
  "codedeploy",
  "codepipeline",
  "ec2",
  "ec2messages",
  "ecr.api",
  "ecr.dkr",
  "ecs",
  "ecs-agent",
  "ecs-telemetry",
  "elasticloadbalancing",
  "events",
  "git-codecommit",
  "kms",
  "lambda",
  "logs",
  "monitoring",
  "rds",
  "s3",
  "secretsmanager",
  "ssm",
  "ssmmessages",
  "sts",
];

/** Throws InvalidServiceName, which lists the existing services. */
export function refuseUnknownService(region: string, name: string, type: "Gateway" | "Interface"): void {
  const services = type === "Gateway" ? gatewayServices : interfaceServices;
  if (services.some((service) => name === `com.amazonaws.${region}.${service}`)) return;
  throw new AwsError(
    "InvalidServiceName",
    `The Vpc Endpoint Service '${name}' does not exist. The simulator has these ${type} endpoints: com.amazonaws.${region}.${services.join(", ")}.`,
  );
}

/** The list of a service's addresses, which routes to a gateway endpoint have as their destination. */
export function prefixListId(serviceName: string): string {
  return `pl-${createHash("sha256").update(serviceName).digest("hex").slice(0, 8)}`;
}
