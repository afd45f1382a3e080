/** Where a quota is raised, and its name there. */
export interface Quota {
  readonly name: string;
  /** Service name in the console of Service Quotas. */
  readonly service: string;
}

// Names are from the Service Quotas console, error codes from the API references of the services.
const quotas: readonly { readonly pattern: RegExp; readonly quota: Quota }[] = [
  { pattern: /VpcLimitExceeded|maximum number of VPCs/i, quota: { name: "VPCs per Region", service: "vpc" } },
  {
    pattern: /SubnetLimitExceeded|maximum number of subnets/i,
    quota: { name: "Subnets per VPC", service: "vpc" },
  },
  {
    pattern: /InternetGatewayLimitExceeded|maximum number of internet gateways/i,
    quota: { name: "Internet gateways per Region", service: "vpc" },
  },
  {
    pattern: /NatGatewayLimitExceeded/i,
    quota: { name: "NAT gateways per Availability Zone", service: "vpc" },
  },
  {
    pattern: /RulesPerSecurityGroupLimitExceeded/i,
    quota: { name: "Inbound or outbound rules per security group", service: "vpc" },
  },
  {
    pattern: /SecurityGroupLimitExceeded/i,
    quota: { name: "VPC security groups per Region", service: "vpc" },
  },
  {
    pattern: /AddressLimitExceeded|maximum number of addresses/i,
    quota: { name: "EC2-VPC Elastic IPs", service: "ec2" },
  },
  {
    pattern: /VcpuLimitExceeded|InstanceLimitExceeded/i,
    quota: { name: "Running On-Demand Standard instances", service: "ec2" },
  },
  {
    pattern: /TooManyLoadBalancers/i,
    quota: { name: "Application Load Balancers per Region", service: "elasticloadbalancing" },
  },
  {
    pattern: /TooManyTargetGroups/i,
    quota: { name: "Target Groups per Region", service: "elasticloadbalancing" },
  },
  {
    pattern: /TooManyListeners/i,
    quota: { name: "Listeners per Application Load Balancer", service: "elasticloadbalancing" },
  },
  {
    pattern: /TooManyRules/i,
    quota: { name: "Rules per Application Load Balancer", service: "elasticloadbalancing" },
  },
  { pattern: /(DB)?InstanceQuotaExceeded/i, quota: { name: "DB instances", service: "rds" } },
  { pattern: /StorageQuotaExceeded/i, quota: { name: "Total storage for all DB instances", service: "rds" } },
  { pattern: /TooManyBuckets/i, quota: { name: "General purpose buckets", service: "s3" } },
];

const services: Readonly<Record<string, string>> = {
  CloudWatch: "monitoring",
  CodeCommit: "codecommit",
  CodeDeploy: "codedeploy",
  CodePipeline: "codepipeline",
  EC2: "ec2",
  ECR: "ecr",
  ECS: "ecs",
  ElasticLoadBalancingV2: "elasticloadbalancing",
  Events: "events",
  IAM: "iam",
  Logs: "logs",
  RDS: "rds",
  S3: "s3",
  SecretsManager: "secretsmanager",
};

const anyQuota = /Limit ?Exceeded|Quota ?Exceeded|TooMany\w+|maximum number of|exceeds? the (limit|quota)/i;

/** Returns the quota that a reason is about; undefined when it is about none. */
export function quotaOf(reason: string, resourceType: string): Quota | undefined {
  // "Too many requests" is about a rate, not about a number of things.
  if (!anyQuota.test(reason) || /TooManyRequests|Rate exceeded|Throttling/i.test(reason)) return undefined;
  const known = quotas.find(({ pattern }) => pattern.test(reason));
  if (known) return known.quota;
  const [, service = "", kind = ""] = resourceType.split("::");
  return { name: `for ${kind || "such resources"}`, service: services[service] ?? service.toLowerCase() };
}

/** Returns the instruction to raise the quota. */
export function raise({ name, service }: Quota, region: string): string {
  return `delete what is no longer needed, or ask for more of the quota "${name}": https://${region}.console.aws.amazon.com/servicequotas/home/services/${service}/quotas`;
}
