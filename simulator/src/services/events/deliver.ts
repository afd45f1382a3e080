import { randomUUID } from "node:crypto";
import type { Target } from "@aws-sdk/client-eventbridge";
import type { Environment } from "../../environment.ts";
import type { StartByEvent } from "../codepipeline/executions.ts";
import { findTrustingRole } from "../sts/trust.ts";
import { type BusEvent, isObject } from "./event-pattern.ts";
import { invalid } from "./state.ts";

/** An event that a rule matched, and its target. */
export interface Delivery {
  readonly ruleArn: string;
  readonly target: Target;
  readonly event: BusEvent;
}

type Deliver = (environment: Environment, delivery: Delivery, input: string) => Promise<unknown>;

interface TargetKind {
  readonly what: string;
  readonly arn: RegExp;
  /** Set for targets that EventBridge cannot reach through the target's own policy. */
  readonly needsRole: boolean;
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
    what: "functions of Lambda",
    arn: /^arn:aws:lambda:[^:]+:\d{12}:function:(.+)$/,
    needsRole: false,
    deliver: async ({ aws }, { target: { Arn } }, input) => {
      await aws.lambda.invoke({ FunctionName: Arn, InvocationType: "Event", Payload: Buffer.from(input) });
    },
  },
  {
    what: "log groups of CloudWatch Logs",
    arn: /^arn:aws:logs:[^:]+:\d{12}:log-group:([^:]+)(?::\*)?$/,
    needsRole: false,
    deliver: writeLog,
  },
];

/** Throws ValidationException, which lists the supported targets. */
export function refuseUnknownTarget(arn: string, roleArn: string | undefined): void {
  const kind = kinds.find((each) => each.arn.test(arn));
  if (!kind)
    throw invalid(
      `The simulator delivers events to ${kinds.map(({ what }) => what).join(", ")} only, not to ${arn}.`,
    );
  if (kind.needsRole && roleArn === undefined) throw invalid(`RoleArn is required for target ${arn}.`);
}

/** Delivers an event once; warns the operator if the target refuses it, since no API reports that. */
export async function deliver(environment: Environment, delivery: Delivery): Promise<void> {
  const { target, event } = delivery;
  const kind = kinds.find((each) => each.arn.test(target.Arn ?? ""));
  try {
    await kind?.deliver(environment, delivery, inputFor(target, event));
  } catch (error) {
    environment.warn(`event ${event.id} did not reach ${target.Arn}: ${(error as Error).message}`);
  }
}

/**
 * Starts a pipeline with the supported parts of the rule's input. Source: EventBridge user guide, CodePipeline targets.
 */
async function startPipeline(
  { aws }: Environment,
  { target: { Arn = "", RoleArn = "" }, ruleArn }: Delivery,
  input: string,
) {
  await findTrustingRole(
    aws,
    RoleArn,
    "sts:AssumeRole",
    (type, principal) => type === "Service" && principal === "events.amazonaws.com",
  );
  const given: unknown = JSON.parse(input);
  const { sourceRevisions, variables } = (isObject(given) ? given : {}) as Partial<StartByEvent>;
  const start: StartByEvent = {
    name: Arn.split(":").at(-1),
    sourceRevisions,
    variables,
    trigger: { triggerType: "CloudWatchEvent", triggerDetail: ruleArn },
  };
  await aws.codepipeline.startPipelineExecution(start);
}

async function writeLog({ aws }: Environment, { target: { Arn = "" }, event }: Delivery, message: string) {
  const logGroupName = /:log-group:([^:]+)/.exec(Arn)?.[1];
  const logStreamName = randomUUID();
  await aws.logs.createLogStream({ logGroupName, logStreamName });
  const timestamp = Math.max(new Date(event.time).getTime(), Date.now());
  await aws.logs.putLogEvents({ logGroupName, logStreamName, logEvents: [{ message, timestamp }] });
}

/** Returns a target's input for an event, as JSON text: the event, a part of it, or the rule's transformation of it. */
function inputFor(target: Target, event: BusEvent): string {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) return JSON.stringify(valueAt(event, target.InputPath) ?? null);
  const { InputPathsMap = {}, InputTemplate } = target.InputTransformer ?? {};
  if (InputTemplate === undefined) return JSON.stringify(event);
  const values = new Map(Object.entries(InputPathsMap).map(([name, path]) => [name, valueAt(event, path)]));
  return InputTemplate.replace(/"<([\w.-]+)>"|<([\w.-]+)>/g, (whole, quoted?: string, plain?: string) => {
    const name = quoted ?? plain ?? "";
    const known = values.has(name) ? values.get(name) : predefined(name, event);
    if (known === undefined && !values.has(name)) return whole;
    const value = known ?? "";
    // Between quotation marks a value becomes a quoted text; elsewhere a text gets no quotation marks.
    if (quoted !== undefined)
      return JSON.stringify(typeof value === "string" ? value : JSON.stringify(value));
    return typeof value === "string" ? JSON.stringify(value).slice(1, -1) : JSON.stringify(value);
  });
}

/** Source: EventBridge user guide, "Predefined variables". */
function predefined(name: string, event: BusEvent): unknown {
  if (name === "aws.events.event.json") return event;
  return name === "aws.events.event.ingestion-time" ? event.time : undefined;
}

/** Reads a JSON path in EventBridge's syntax: `$.detail.images[0]`. */
function valueAt(event: BusEvent, path: string): unknown {
  const steps = path.match(/[^.[\]$]+/g) ?? [];
  return steps.reduce<unknown>((value, step) => {
    if (Array.isArray(value)) return value[Number(step)];
    return isObject(value) ? value[step] : undefined;
  }, event);
}
