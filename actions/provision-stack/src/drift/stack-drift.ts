import {
  DescribeStackDriftDetectionStatusCommand,
  DetectStackDriftCommand,
  type PropertyDifference,
  paginateDescribeStackResourceDrifts,
  paginateListStackResources,
  type StackResourceDriftStatus,
} from "@aws-sdk/client-cloudformation";
import { Failure } from "../../../shared/failure.ts";
import { createPace } from "../../../shared/pace.ts";
import type { ProvisionContext } from "../context.ts";
import { describeStack } from "../stack/stack.ts";

export interface StackDrift {
  readonly stackName: string;
  /** Undefined when there is no such stack, or its state allows no check. */
  readonly resources: readonly ResourceDrift[] | undefined;
  /** Why it could not be checked. */
  readonly reason: string | undefined;
}

export interface ResourceDrift {
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: StackResourceDriftStatus;
  readonly differences: readonly PropertyDifference[];
}

/** Statuses in which CloudFormation detects drift. */
const settled = [
  ...["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED"],
  ...["IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"],
];

/** Has CloudFormation compare a stack's resources with its template; nothing is changed. */
export async function detectDrift(
  context: ProvisionContext,
  stackName: string,
  deadlineAt: number,
): Promise<StackDrift> {
  const status = (await describeStack(context, stackName))?.StackStatus;
  if (status === undefined) return { stackName, resources: undefined, reason: "the stack does not exist" };
  if (!settled.includes(status)) return { stackName, resources: undefined, reason: `the stack is ${status}` };
  await detect(context, stackName, deadlineAt);
  return { stackName, resources: await readDrifts(context, stackName), reason: undefined };
}

async function detect(context: ProvisionContext, StackName: string, deadlineAt: number): Promise<void> {
  const { cloudformation, clock, signal } = context;
  const options = { abortSignal: signal };
  const { StackDriftDetectionId } = await cloudformation.send(
    new DetectStackDriftCommand({ StackName }),
    options,
  );
  const command = new DescribeStackDriftDetectionStatusCommand({ StackDriftDetectionId });
  const pace = createPace();
  for (;;) {
    const { DetectionStatus, DetectionStatusReason } = await cloudformation.send(command, options);
    if (DetectionStatus === "DETECTION_COMPLETE") return;
    // Detection fails as a whole when a single resource cannot be read; the readable ones are reported all the same.
    if (DetectionStatus === "DETECTION_FAILED") {
      context.log.warning(`${StackName}: not everything could be checked: ${DetectionStatusReason}`);
      return;
    }
    if (clock.now() >= deadlineAt)
      throw new Failure(`Drift detection of stack ${StackName} was still in progress at the deadline`, {
        nextStep: "run the job again with a longer deadline; nothing was changed.",
      });
    await clock.wait(pace.next(false), signal);
  }
}

async function readDrifts(
  { cloudformation: client, signal }: ProvisionContext,
  StackName: string,
): Promise<ResourceDrift[]> {
  const options = { abortSignal: signal };
  const found = new Map<string, ResourceDrift>();
  // Types that cannot be checked are only in the stack's resources.
  for await (const { StackResourceSummaries = [] } of paginateListStackResources(
    { client },
    { StackName },
    options,
  ))
    for (const {
      LogicalResourceId = "",
      PhysicalResourceId = "",
      ResourceType = "",
    } of StackResourceSummaries)
      found.set(LogicalResourceId, {
        logicalId: LogicalResourceId,
        physicalId: PhysicalResourceId,
        type: ResourceType,
        status: "NOT_CHECKED",
        differences: [],
      });
  const pages = paginateDescribeStackResourceDrifts({ client }, { StackName }, options);
  for await (const { StackResourceDrifts = [] } of pages)
    for (const drift of StackResourceDrifts)
      found.set(drift.LogicalResourceId ?? "", {
        logicalId: drift.LogicalResourceId ?? "",
        physicalId: drift.PhysicalResourceId ?? "",
        type: drift.ResourceType ?? "",
        status: drift.StackResourceDriftStatus ?? "NOT_CHECKED",
        differences: drift.PropertyDifferences ?? [],
      });
  return [...found.values()];
}
