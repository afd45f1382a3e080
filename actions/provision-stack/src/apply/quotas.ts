/** Where a quota is raised, and its name there. */
interface Quota {
  readonly name: string;
  /** Service name in the console of Service Quotas. */
  readonly service: string;
}

// Names are from the Service Quotas console, error codes from the API references of the services.
const quotas: readonly (readonly [pattern: RegExp, name: string, service: string])[] = [
  [/VpcLimitExceeded|maximum number of VPCs/i, "VPCs per Region", "vpc"],
  [/SubnetLimitExceeded|maximum number of subnets/i, "Subnets per VPC", "vpc"],
  [
    /InternetGatewayLimitExceeded|maximum number of internet gateways/i,
    "Internet gateways per Region",
    "vpc",
  ],
  [/NatGatewayLimitExceeded/i, "NAT gateways per Availability Zone", "vpc"],
  [/RulesPerSecurityGroupLimitExceeded/i, "Inbound or outbound rules per security group", "vpc"],
  [/SecurityGroupLimitExceeded/i, "VPC security groups per Region", "vpc"],
  [/AddressLimitExceeded|maximum number of addresses/i, "EC2-VPC Elastic IPs", "ec2"],
  [/VcpuLimitExceeded|InstanceLimitExceeded/i, "Running On-Demand Standard instances", "ec2"],
  [/TooManyLoadBalancers/i, "Application Load Balancers per Region", "elasticloadbalancing"],
  [/TooManyTargetGroups/i, "Target Groups per Region", "elasticloadbalancing"],
  [/TooManyListeners/i, "Listeners per Application Load Balancer", "elasticloadbalancing"],
  [/TooManyRules/i, "Rules per Application Load Balancer", "elasticloadbalancing"],
  [/(DB)?InstanceQuotaExceeded/i, "DB instances", "rds"],
  [/StorageQuotaExceeded/i, "Total storage for all DB instances", "rds"],
  [/TooManyBuckets/i, "General purpose buckets", "s3"],
];

/** Names in that console that are not the lower case of CloudFormation's. */
const services: Readonly<Record<string, string>> = {
  CloudWatch: "monitoring",
  ElasticLoadBalancingV2: "elasticloadbalancing",
};

/** Error codes and messages about a quota. */
export const anyQuota =
  /Limit ?Exceeded|Quota ?Exceeded|TooMany\w+|maximum number of|exceeds? the (limit|quota)/i;

/** Returns the quota of a reason that matches `anyQuota`; undefined when it is about a rate. */
export function quotaOf(reason: string, resourceType: string): Quota | undefined {
  // "Too many requests" is about a rate, not about a number of things.
  if (/TooManyRequests|Rate exceeded|Throttling/i.test(reason)) return undefined;
  const [, name, ofQuota = ""] = quotas.find(([pattern]) => pattern.test(reason)) ?? [];
  if (name) return { name, service: ofQuota };
  const [, service = "", kind = ""] = resourceType.split("::");
  return { name: `for ${kind || "such resources"}`, service: services[service] ?? service.toLowerCase() };
}

/** Returns the instruction to raise the quota. */
export function raise({ name, service }: Quota, region: string): string {
  return `delete what is no longer needed, or ask for more of the quota "${name}": https://${region}.console.aws.amazon.com/servicequotas/home/services/${service}/quotas`;
}
