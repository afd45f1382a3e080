import type { Way } from "./network/network.ts";

/** Why a task stopped, and what to do. */
export interface Cause {
  readonly text: string;
  readonly nextStep: string;
  /** The connection that got no response; the network's state may show why. */
  readonly way?: Way["kind"];
}

/** A step of Fargate's agent before a container starts. */
interface AgentStep {
  /** Matched against the reason without ARNs, whose names are the user's. */
  readonly pattern: RegExp;
  readonly text: string;
  readonly service: string;
  readonly endpoints: string;
  readonly actions: string;
  /** For a service that responds, but does not have the thing. */
  readonly fix: string;
  /** For a reason that does not show more. */
  readonly unknown?: string;
}

const ecr = { service: "Amazon ECR", endpoints: "ecr.api, ecr.dkr and the gateway endpoint of S3" };
const secret = "A secret of the task definition cannot be read";

/** The first that matches has failed. The agent names them in two generations of texts: see stop-reasons.json. */
const steps: readonly AgentStep[] = [
  {
    ...ecr,
    pattern: /CannotPull/i,
    text: "The image cannot be pulled",
    actions: "ecr:BatchGetImage and ecr:GetDownloadUrlForLayer",
    fix: "check that the image was pushed to this repository and that the digest or tag is right.",
    unknown:
      "check the execution role's ECR permissions and the subnets' route to ECR (NAT, public IP or endpoints).",
  },
  {
    pattern: /logger args|logging driver|Cloudwatch log/i,
    text: "The task's log group cannot be used",
    service: "Amazon CloudWatch Logs",
    endpoints: "logs",
    actions: "logs:CreateLogStream and logs:PutLogEvents",
    fix: "create the log group, or set awslogs-create-group and allow logs:CreateLogGroup.",
    unknown: "correct the container's logConfiguration.",
  },
  {
    ...ecr,
    pattern: /ecr registry auth|registry auth from (Amazon )?ECR|GetAuthorizationToken|\bapi\.ecr\./i,
    text: "The task cannot log in to Amazon ECR",
    actions: "ecr:GetAuthorizationToken on *",
    fix: "check the registry of the image.",
  },
  {
    pattern: /env files/i,
    text: "A file of environment variables cannot be read",
    service: "Amazon S3",
    endpoints: "s3",
    actions: "s3:GetObject on the file (check that it exists) and s3:GetBucketLocation on its bucket",
    fix: "upload the file, or correct its ARN in environmentFiles.",
  },
  {
    pattern: /from ssm|ssm param|Systems Manager|SSM:/i,
    text: "A parameter of the task definition cannot be read",
    service: "AWS Systems Manager",
    endpoints: "ssm",
    actions: "ssm:GetParameters",
    fix: "create the parameter in the task's region, or correct its name in the task definition.",
  },
  {
    pattern: /from asm|Secrets ?Manager/i,
    text: secret,
    service: "AWS Secrets Manager",
    endpoints: "secretsmanager",
    actions: "secretsmanager:GetSecretValue",
    fix: "check the secret's ARN and region, or create the secret.",
  },
  {
    pattern: /pull secrets or registry auth/i,
    text: `${secret}, or the task cannot log in to Amazon ECR`,
    service: "Amazon ECR and AWS Secrets Manager",
    endpoints: `${ecr.endpoints}, secretsmanager and ssm`,
    actions: "ecr:GetAuthorizationToken, secretsmanager:GetSecretValue or ssm:GetParameters",
    fix: "check the secret's ARN and region, or create the secret.",
  },
];

const key = /Access to KMS|customer master key|perform: kms:|\bKMS:? (key|Decrypt)|KMS[.\w]+Exception/i;
const denied = /AccessDenied|not authorized|unauthorized|Forbidden|no basic auth credentials/i;
const missing =
  /not ?found|NoSuch|does not exist|can.t find the specified|invalid (ssm )?parameters:|manifest unknown/i;
// A response of the service, even an error, excludes these; the agent may add "check your network configuration" to it.
const noWay =
  /connection issue|timed? ?out|deadline exceeded|dial tcp|no such host|send request failed|request send failed|RequestError|RequestCanceled|connection (refused|reset)|unreachable|no route to host|StatusCode: 0\b|signal: killed/i;

/** Returns whether a text may be about a connection without a response. */
export const lacksWay = (text: string) => noWay.test(text);

/** Returns why Fargate's agent could not prepare a container; undefined for other reasons. */
export function causeOfAgent(container: string, reason: string): Cause | undefined {
  if (!/ResourceInitializationError|CannotPull|logging driver|Fetching secret data/i.test(reason))
    return undefined;
  const plain = reason.replace(/arn:[\w-]+:\S*/g, "");
  const step = steps.find(({ pattern }) => pattern.test(plain));
  if (!step) return undefined;
  const isPull = step === steps[0];
  const image = container ? `The image of container ${container}` : "The image";
  const failed = isPull ? `${image} cannot be pulled` : step.text;
  if (key.test(plain))
    return {
      text: `${failed}: the execution role may not use its KMS key: ${reason}`,
      nextStep:
        "allow the execution role kms:Decrypt, in its policy and in the key's; check that the key exists in this region and is enabled.",
    };
  if (isPull && denied.test(plain) && !/\becr\b/i.test(plain))
    return {
      text: `${failed}: its registry denies it: ${reason}`,
      nextStep: `check the image's name, and set repositoryCredentials; for Amazon ECR, ${allow(reason, step)}.`,
    };
  if (denied.test(plain))
    return {
      text: `${failed}: the execution role may not do it: ${reason}`,
      nextStep: `${/repository does not exist/.test(plain) ? "check that the image exists, and " : ""}${allow(reason, step)}.`,
    };
  if (missing.test(plain) || (/cannot find the/i.test(plain) && !noWay.test(plain)))
    return {
      text: `${isPull ? `${image} does not exist` : failed}: ${reason}`,
      nextStep: step.fix,
    };
  if (noWay.test(plain))
    return {
      text: `${failed}: ${isPull ? "" : `the task has no way to ${step.service}: `}${reason}`,
      nextStep: `check the subnets' route to ${isPull ? "the registry" : step.service} (NAT gateway, public IP, or the VPC endpoints ${step.endpoints}), and the security groups of the task and the endpoints: HTTPS (port 443).`,
      way: "out",
    };
  return {
    text: `${failed}: ${reason}`,
    nextStep: step.unknown ?? `${allow(reason, step)}, and check the subnets' route to ${step.service}.`,
  };
}

/** Names the policy in which IAM missed the permission, or found it denied. */
function allow(reason: string, step: AgentStep): string {
  const [, action, resource] = /perform: (\S+) on resource: (\S+)/.exec(reason) ?? [];
  const what = action ? `${action} on ${resource}` : step.actions;
  const kind = /(?:because no|deny in an?) (\S+(?: \S+)? policy|permissions boundary)/.exec(reason)?.[1];
  const policy = !kind || kind === "identity-based policy" ? "policy of the execution role" : kind;
  return /explicit deny/.test(reason)
    ? `remove the explicit deny of ${what} from the ${policy}`
    : `allow ${what} in the ${policy}`;
}
