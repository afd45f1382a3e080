import { DescribeStackResourcesCommand } from "@aws-sdk/client-cloudformation";
import type { PlannedStack } from "../../../cloudformation/template.ts";
import { findDataPositions } from "../../../core/data-file.ts";
import { Failure } from "../../../core/failure.ts";
import type { ProvisionContext } from "../context.ts";
import { firstFailure, reasonOfStack, stripHandler } from "../stack/events.ts";
import type { Followed } from "../stack/follow-stack.ts";

interface Explained {
  /** The fault, as the end of a sentence about the resource. */
  readonly text: string;
  /** An instruction. */
  readonly nextStep: string;
}

interface FailedResource {
  readonly reason: string;
  readonly type: string;
  /** Evaluated properties of the template. */
  readonly properties: { readonly [name: string]: unknown };
}

interface Circumstances {
  readonly cloudformation: ProvisionContext["cloudformation"];
  readonly planned: PlannedStack;
  readonly region: string;
}

/** A known kind of reason. */
interface Cause {
  readonly pattern: RegExp;
  /** Gets the groups of the pattern. */
  explain(
    failed: FailedResource & { readonly groups: readonly string[] },
    circumstances: Circumstances,
  ): Explained | undefined | Promise<Explained>;
}

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
const anyQuota = /Limit ?Exceeded|Quota ?Exceeded|TooMany\w+|maximum number of|exceeds? the (limit|quota)/i;

// The services' messages to CloudFormation, from its troubleshooting guide and their API references.
const causes: readonly Cause[] = [
  {
    pattern: /not authorized to perform|AccessDenied|UnauthorizedOperation|is not authorized/i,
    explain({ reason }) {
      const action = /perform:? \[?([\w-]+:\w+)/.exec(reason)?.[1];
      const denied = stripHandler(reason);
      return {
        text: action ? `the role of this job may not ${action} (${denied})` : denied,
        nextStep: `allow ${action ?? "it"} in the policy of this job's role; a course account never allows creating roles, identity providers and bucket versions: use profile academy there.`,
      };
    },
  },
  {
    // The first use of a service creates its service-linked role, and the service does not wait for it.
    pattern: /service[- ]linked role/i,
    explain: ({ reason }) => ({
      text: stripHandler(reason),
      nextStep: "run the job again: the role exists by now.",
    }),
  },
  {
    pattern: anyQuota,
    explain({ reason, type }, { region }) {
      const quota = quotaOf(reason, type);
      return (
        quota && {
          text: `the account's quota "${quota.name}" is reached (${stripHandler(reason)})`,
          nextStep: `${raise(quota, region)}; then run the job again.`,
        }
      );
    },
  },
  {
    pattern: /No export named (\S+) found/,
    explain: ({ groups: [name] }) => ({
      text: `it imports ${name}, which no stack of this account and region exports`,
      nextStep: "apply the stack that exports it first, or correct the name.",
    }),
  },
  {
    pattern: /Export (\S+) cannot be (updated|deleted) as it is in use by ([^"]+)/,
    explain: ({ groups: [name, verb, users = ""] }) => ({
      text: `export ${name} cannot be ${verb}, because ${users.trimEnd().replace(/\.$/, "")} imports it`,
      nextStep:
        "change the importing stacks to import something else first; a resource that they use cannot be replaced.",
    }),
  },
  {
    pattern: /Export with name (\S+) is already exported by stack ([\w-]+)/,
    explain: ({ groups: [name, stack] }) => ({
      text: `stack ${stack} already exports ${name}`,
      nextStep:
        "give the export another name (the templates use the stack's name for that), or delete that stack.",
    }),
  },
  {
    pattern: /custom-named resource requires replacing(?:[\s\S]*?Rename (.+?) and update)?/,
    explain: ({ groups: [name = "of the old one"] }) => ({
      text: `it has to be replaced, and the new one cannot have the name ${name} while the old one exists`,
      nextStep:
        "give it another name in the template, or remove it, apply, and add it again (its content is lost).",
    }),
  },
  {
    pattern: /already exists?|AlreadyExists|Duplicate\w+Name|already in use|AlreadyOwnedByYou/i,
    explain: explainTaken,
  },
  {
    pattern: /Properties validation failed for resource \S+ with message:\s*(?:#: )?([\s\S]+)/,
    explain: ({ groups: [faults = ""] }, { planned }) => ({
      text: `its properties are not valid: ${stripHandler(faults)}`,
      nextStep: `correct the properties in ${planned.template.file}.`,
    }),
  },
  {
    pattern: /did not stabilize|NotStabilized|Exceeded attempts to wait|timed? ?out/i,
    explain: ({ reason, type }) => ({
      text: `it did not become ready within CloudFormation's time limit: ${stripHandler(reason)}`,
      nextStep: `check the resource itself${type === "AWS::ECS::Service" ? " (the service's events in the ECS console show why its tasks fail)" : ""}, and run the job again.`,
    }),
  },
];

/** Explains why a resource failed, and what to do about it. */
async function explainFailure(failed: FailedResource, circumstances: Circumstances): Promise<Explained> {
  for (const { pattern, explain } of causes) {
    const [whole, ...groups] = pattern.exec(failed.reason) ?? [];
    const found = whole === undefined ? undefined : await explain({ ...failed, groups }, circumstances);
    if (found) return found;
  }
  return {
    text: stripHandler(failed.reason),
    nextStep: `correct ${circumstances.planned.template.file} or its parameters and run the job again.`,
  };
}

/** Returns the quota of a reason that matches `anyQuota`; undefined when it is about a rate. */
function quotaOf(reason: string, resourceType: string): Quota | undefined {
  // "Too many requests" is about a rate, not about a number of things.
  if (/TooManyRequests|Rate exceeded|Throttling/i.test(reason)) return undefined;
  const [, name, ofQuota = ""] = quotas.find(([pattern]) => pattern.test(reason)) ?? [];
  if (name) return { name, service: ofQuota };
  const [, service = "", kind = ""] = resourceType.split("::");
  return { name: `for ${kind || "such resources"}`, service: services[service] ?? service.toLowerCase() };
}

/** Returns the instruction to raise the quota. */
function raise({ name, service }: Quota, region: string): string {
  return `delete what is no longer needed, or ask for more of the quota "${name}": https://${region}.console.aws.amazon.com/servicequotas/home/services/${service}/quotas`;
}

async function explainTaken(
  { reason, properties }: FailedResource,
  { cloudformation, planned }: Circumstances,
): Promise<Explained> {
  const names = Object.values(properties).filter(
    (value): value is string => typeof value === "string" && value !== "" && reason.includes(value),
  );
  const name = names.sort((one, two) => two.length - one.length)[0];
  const stated = /already exists in stack \S*?stack\/([\w-]+)/.exec(reason)?.[1];
  const owner = stated ?? (name && (await ownerOf(cloudformation, name)));
  const text = name ? `the name ${name} is already used` : stripHandler(reason);
  if (owner && owner !== planned.stackName)
    return {
      text: `${text} by stack ${owner}`,
      nextStep: `delete stack ${owner}, or use its stack-prefix, or give this one another name.`,
    };
  return {
    text: `${text} by a resource outside any stack`,
    nextStep:
      "delete the resource with that name (created manually, or kept when its stack was deleted), or give this one another name.",
  };
}

/** Returns the stack that has a resource of this name. */
export async function ownerOf(
  cloudformation: ProvisionContext["cloudformation"],
  name: string,
): Promise<string | undefined> {
  try {
    const command = new DescribeStackResourcesCommand({ PhysicalResourceId: name });
    const { StackResources = [] } = await cloudformation.send(command);
    return StackResources.find(({ ResourceStatus }) => !ResourceStatus?.startsWith("DELETE_"))?.StackName;
  } catch {
    // No stack has that name, or the role may not read it: the name is used either way.
    return undefined;
  }
}

/**
 * Reports the first resource that failed on its own, why, and its line in the template; `state` describes the stack.
 */
export async function toFailure(
  { cloudformation }: ProvisionContext,
  planned: PlannedStack,
  { events, statusReason }: Followed,
  state: string,
): Promise<Failure> {
  const { stackName, template } = planned;
  const { file } = template;
  const event = firstFailure(events);
  const { ResourceType = "", ResourceProperties = "", LogicalResourceId = "" } = event ?? {};
  const reason = event ? event.ResourceStatusReason : (reasonOfStack(events) ?? statusReason);
  const { text, nextStep } = await explainFailure(
    {
      reason: reason ?? "no reason given",
      type: ResourceType,
      properties: parseProperties(ResourceProperties),
    },
    { cloudformation, planned, region: await cloudformation.config.region() },
  );
  if (!event)
    return new Failure(`Stack ${stackName}: ${text} (${state})`, {
      nextStep,
      place: { file, line: undefined },
    });
  const line = findDataPositions(template.body).lineOf(["Resources", LogicalResourceId]);
  return new Failure(
    `Stack ${stackName}: ${LogicalResourceId} (${ResourceType}) failed: ${text} (${file}:${line}; ${state})`,
    { nextStep, place: { file, line } },
  );
}

/** AWS leaves the properties out of some events, and cuts long ones. */
function parseProperties(text: string): FailedResource["properties"] {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
