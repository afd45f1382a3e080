import { randomUUID } from "node:crypto";
import type { Target } from "@aws-sdk/client-eventbridge";
import type { Environment } from "../../environment.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { roleLists } from "../../permissions/role-lists.ts";
import { refusalOf } from "../../permissions/service-roles.ts";
import type { StartByEvent } from "../codepipeline/executions.ts";
import { checkEcsTarget, clusterArn, runTasks } from "../scheduler/ecs-target.ts";
import { trustsService } from "../sts/trust.ts";
import type { BusEvent } from "./event-pattern.ts";
import { invalid, unsupported } from "./state.ts";

/** An event that a rule matched, and its target. */
export interface Delivery {
  readonly ruleArn: string;
  readonly target: Target;
  readonly event: BusEvent;
}

type Deliver = (environment: Environment, delivery: Delivery) => Promise<unknown>;

interface TargetKind {
  readonly what: string;
  readonly arn: RegExp;
  /** Set for targets that EventBridge cannot reach through the target's own policy. */
  readonly needsRole: boolean;
  /** Checks the members that only this kind has. */
  readonly check?: (target: Target) => void;
  readonly deliver: Deliver;
}

/** Supported targets. Source: EventBridge user guide, "Event bus targets". */
const kinds: readonly TargetKind[] = [
  {
    what: "pipelines of CodePipeline",
    arn: /^arn:aws:codepipeline:[^:]+:\d{12}:([\w.@-]+)$/,
    needsRole: true,
    deliver: startPipeline,
  },
  {
    what: "log groups of CloudWatch Logs",
    arn: /^arn:aws:logs:[^:]+:\d{12}:log-group:([^:]+)(?::\*)?$/,
    needsRole: false,
    deliver: writeLog,
  },
  {
    what: "clusters of ECS",
    arn: clusterArn,
    needsRole: true,
    check: checkEcsTarget,
    deliver: (environment, { target, ruleArn }) =>
      runTasks(environment, target, "eventBridge", `events-rule/${ruleArn.split("/").at(-1)}`),
  },
];

/** Throws ValidationException, which lists the supported targets and members. */
export function refuseUnknownTarget(target: Target): void {
  const { Id, Arn: arn = "", RoleArn: roleArn } = target;
  const kind = kinds.find((each) => each.arn.test(arn));
  if (!kind)
    throw invalid(
      `The simulator delivers events to ${kinds.map(({ what }) => what).join(", ")} only, not to ${arn}.`,
    );
  const further = kind.check ? (["EcsParameters", "Input"] as const) : [];
  refuseUnsupported(unsupported, `target ${Id} of PutTargets`, target, ["Id Arn RoleArn", ...further]);
  kind.check?.(target);
  if (kind.needsRole && roleArn === undefined) throw invalid(`RoleArn is required for target ${arn}.`);
}

/** Delivers an event once; warns the operator if the target refuses it, since no API reports that. */
export async function deliver(environment: Environment, delivery: Delivery): Promise<void> {
  const { ruleArn, target, event } = delivery;
  const kind = kinds.find((each) => each.arn.test(target.Arn ?? ""));
  try {
    await kind?.deliver(environment, delivery);
  } catch (error) {
    environment.warn(`event ${event.id} did not reach ${target.Arn}: ${(error as Error).message}`);
    await countFailure(environment, ruleArn);
  }
}

/** Source: EventBridge user guide, "Monitoring Amazon EventBridge". */
async function countFailure({ aws, clock, warn }: Environment, ruleArn: string): Promise<void> {
  const datum = {
    MetricName: "FailedInvocations",
    Dimensions: [{ Name: "RuleName", Value: ruleArn.slice(ruleArn.lastIndexOf("/") + 1) }],
    Value: 1,
    Unit: "Count" as const,
    Timestamp: clock.now(),
  };
  await aws.cloudwatch
    .putMetricData({ Namespace: "AWS/Events", MetricData: [datum] })
    .catch((error) => warn(`a failed invocation of ${ruleArn} was not counted: ${(error as Error).message}`));
}

async function startPipeline(
  environment: Environment,
  { target: { Arn = "", RoleArn = "" }, ruleArn }: Delivery,
) {
  const list = roleLists.eventBridge;
  if (!(await trustsService(environment, RoleArn, list.service)))
    throw new Error(`Not authorized to perform sts:AssumeRole on resource: ${RoleArn}`);
  const values = { arn: Arn };
  const refusal = await refusalOf(environment, { roleArn: RoleArn, list, step: "startPipeline", values });
  if (refusal) throw new Error(refusal.message);
  const start: StartByEvent = {
    name: Arn.split(":").at(-1),
    trigger: { triggerType: "CloudWatchEvent", triggerDetail: ruleArn },
  };
  await environment.aws.codepipeline.startPipelineExecution(start);
}

async function writeLog({ aws }: Environment, { target: { Arn = "" }, event }: Delivery) {
  const logGroupName = /:log-group:([^:]+)/.exec(Arn)?.[1];
  const logStreamName = randomUUID();
  await aws.logs.createLogStream({ logGroupName, logStreamName });
  const message = JSON.stringify(event);
  const timestamp = Math.max(new Date(event.time).getTime(), Date.now());
  await aws.logs.putLogEvents({ logGroupName, logStreamName, logEvents: [{ message, timestamp }] });
}
