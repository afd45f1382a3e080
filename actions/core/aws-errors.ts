import { Failure } from "./failure.ts";

interface Explanation {
  /** Names of the SDK's exceptions, or of Node's network error codes. */
  readonly names: readonly string[];
  readonly say: (error: AwsFailure) => string;
  readonly nextStep: string;
}

/** The parts of an SDK error that are read here; service exceptions carry `$metadata`, network errors `code`. */
interface AwsFailure {
  readonly name: string;
  readonly message: string;
  readonly code: string;
}

const renewCredentials =
  "renew the credentials that this job uses (aws-actions/configure-aws-credentials with a role, the secret AWS_CREDENTIALS, or the secrets AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN), then run the job again.";

const expired = ["ExpiredTokenException", "ExpiredToken", "RequestExpired", "TokenRefreshRequired"];
const denied = ["AccessDeniedException", "AccessDenied", "UnauthorizedOperation", "AuthorizationError"];
const throttled = [
  "ThrottlingException",
  "Throttling",
  "TooManyRequestsException",
  "RequestLimitExceeded",
  "RequestThrottled",
  "SlowDown",
];
const unreachable = [
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "TimeoutError",
];

// Names from "Common Errors" of the services' API references, and from the SDK's credential providers.
const explanations: readonly Explanation[] = [
  {
    names: ["CredentialsProviderError"],
    say: () => "No AWS credentials were found",
    nextStep:
      "run aws-actions/configure-aws-credentials before this step, or set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, for temporary keys, AWS_SESSION_TOKEN.",
  },
  {
    names: expired,
    say: (error) => `The AWS credentials have expired (${error.message})`,
    nextStep: renewCredentials,
  },
  {
    names: [
      "UnrecognizedClientException",
      "InvalidClientTokenId",
      "InvalidSignatureException",
      "SignatureDoesNotMatch",
      "IncompleteSignature",
      "MissingAuthenticationToken",
      "MissingAuthenticationTokenException",
      "AuthFailure",
    ],
    say: (error) => `AWS refused the credentials (${error.name}: ${error.message})`,
    nextStep: `check that the access key, secret key and session token belong together, and ${renewCredentials}`,
  },
  {
    names: denied,
    say: (error) => `The AWS role may not do this: ${error.message}`,
    nextStep: "allow the action in the policy of this job's role.",
  },
  {
    names: throttled,
    say: (error) => `AWS throttled this request even after retries (${error.message})`,
    nextStep: "run the job again, with fewer jobs in this account at the same time.",
  },
  {
    names: unreachable,
    say: (error) => `The AWS endpoint cannot be reached (${error.message || error.code})`,
    nextStep:
      "check the region, the runner's network and, if AWS_ENDPOINT_URL is set, that a server responds there.",
  },
];

/** Returns undefined when the error did not come from AWS, its credentials or the connection to it. */
export function explainAwsError(error: unknown): Failure | undefined {
  if (!(error instanceof Error)) return undefined;
  if (/^Region (is missing|not accepted)/.test(error.message)) return explainRegion(error);
  const failure = awsFailure(error);
  const known = explanations.find(
    ({ names }) => names.includes(failure.name) || names.includes(failure.code),
  );
  if (known) return new Failure(known.say(failure), { nextStep: known.nextStep, cause: error });
  if ("$metadata" in error || "$fault" in error)
    return new Failure(`AWS returned ${error.name}: ${error.message}`, {
      cause: error,
      ...(isTransient(error) && {
        nextStep: "run the job again in a few minutes; health.aws.amazon.com lists outages.",
      }),
    });
  return undefined;
}

/** Returns the error's own words, or those that explain an error of AWS. */
export function messageOf(error: unknown): string {
  return explainAwsError(error)?.message ?? (error as Error).message;
}

/** The SDK reports either no region at all, or one that cannot be part of a host name (an unset variable gives ""). */
function explainRegion(error: Error): Failure {
  const given = /region="(.+?)"/.exec(error.message)?.[1];
  return new Failure(given ? `"${given}" is not an AWS region` : "No AWS region is set", {
    nextStep: "set AWS_REGION, or the input aws-region of aws-actions/configure-aws-credentials.",
    cause: error,
  });
}

export function isAccessDenied(error: unknown): boolean {
  return hasName(error, denied);
}

export function isThrottled(error: unknown): boolean {
  return hasName(error, throttled);
}

export function areCredentialsExpired(error: unknown): boolean {
  return hasName(error, expired);
}

/** Returns whether AWS or the connection to it failed: the same request may succeed a minute later. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { $metadata, $fault } = error as { $metadata?: { httpStatusCode?: number }; $fault?: string };
  return hasName(error, unreachable) || $fault === "server" || ($metadata?.httpStatusCode ?? 0) >= 500;
}

/** Returns whether the host's name does not exist. */
export function isUnknownHost(error: unknown): boolean {
  return hasName(error, ["ENOTFOUND"]);
}

function hasName(error: unknown, names: readonly string[]): boolean {
  if (!(error instanceof Error)) return false;
  const { name, code } = awsFailure(error);
  return names.includes(name) || names.includes(code);
}

function awsFailure(error: Error): AwsFailure {
  // When both addresses of a host name fail, Node throws one AggregateError without a message of its own.
  const first = error instanceof AggregateError ? (error.errors[0] as Error | undefined) : undefined;
  const code =
    (error as NodeJS.ErrnoException).code ?? (first as NodeJS.ErrnoException | undefined)?.code ?? "";
  return { name: error.name, message: error.message || (first?.message ?? ""), code };
}
