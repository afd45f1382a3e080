import { stripHandler } from "../stack/handler-message.ts";

export interface Explained {
  readonly text: string;
  /** An instruction, to be followed by ", then run the job again". */
  readonly nextStep?: string;
}

// The services' messages to CloudFormation, from the error lists of their API references.
const known: readonly { readonly pattern: RegExp; readonly nextStep: string }[] = [
  {
    pattern: /RepositoryNotEmpty|repository .* (contains|still has) images|images? .* in the repository/i,
    nextStep: "delete its images, or use `force: true`",
  },
  {
    pattern: /BucketNotEmpty|bucket you tried to delete is not empty/i,
    nextStep: "empty the bucket, or use `force: true`",
  },
  {
    pattern: /ClusterContains(Tasks|Services|ContainerInstances)|cluster cannot be deleted while/i,
    nextStep: "stop the services and tasks that still run in the cluster",
  },
  {
    pattern: /deletion ?protection|protected DB Instance|DeletionProtection/i,
    nextStep: "turn its deletion protection off",
  },
  {
    pattern: /TerminationProtection/,
    nextStep:
      "turn it off: aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name <stack>",
  },
  {
    pattern: /Export .* in use by/,
    nextStep: "delete the stacks that import it first (list them in input stacks, too)",
  },
  {
    pattern: /dependent object|DependencyViolation|has dependencies and cannot be deleted/i,
    nextStep:
      "remove the resources outside these stacks that use it: the network interfaces, instances or groups that the EC2 console shows for it",
  },
  {
    pattern:
      /DeleteConflict|must detach all policies|must delete policies first|must remove roles from instance profile/i,
    nextStep: "detach the policies that were attached manually",
  },
  {
    pattern: /ResourceInUse|is currently in use/i,
    nextStep: "remove the listener or rule that still uses it",
  },
  {
    pattern: /not authorized to perform|AccessDenied|UnauthorizedOperation/i,
    nextStep: "allow the action in the policy of this job's role",
  },
];

/** Explains why something cannot be deleted, and what to do about it where that is known. */
export function explainDeletion(reason: string): Explained {
  const text = stripHandler(reason);
  const nextStep = known.find(({ pattern }) => pattern.test(reason))?.nextStep;
  return nextStep ? { text, nextStep } : { text };
}
