import {
  DescribeRuleCommand,
  ListTargetsByRuleCommand,
  PutTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import { GetScheduleCommand, UpdateScheduleCommand } from "@aws-sdk/client-scheduler";
import { parseArn } from "../../core/arn.ts";
import { sendRaw } from "../../core/send-raw.ts";
import type { DeliveryContext } from "../context.ts";

/** The members of a target that are read here; it has others, which AWS's APIs would remove if they were left out. */
export interface Target {
  readonly Arn?: string;
  readonly RoleArn?: string;
  readonly EcsParameters?: { readonly TaskDefinitionArn?: string };
}

/** A rule of EventBridge, or a schedule of EventBridge Scheduler. */
export interface Schedule {
  readonly arn: string;
  readonly enabled: boolean;
  readonly targets: readonly Target[];
  /** Writes these targets in place of the ones with the same id; everything else stays as it was read. */
  write(targets: readonly Target[]): Promise<void>;
}

/** Returns undefined if it does not exist. */
export async function readSchedule(context: DeliveryContext, arn: string): Promise<Schedule | undefined> {
  try {
    return await (parseArn(arn)?.service === "events" ? readRule(context, arn) : readTimed(context, arn));
  } catch (error) {
    if ((error as Error).name === "ResourceNotFoundException") return undefined;
    throw error;
  }
}

/** Returns `name` of a rule, `bus/name` of another bus, `group/name` of a schedule. */
export const nameOf = (arn: string) => arn.slice(arn.indexOf("/") + 1);

/**
 * PutTargets "updates the targets if they are already associated with the rule": each as a whole, by its id. It may fail
 * for some of them (EventBridge API reference).
 */
async function readRule({ clients, signal }: DeliveryContext, arn: string): Promise<Schedule> {
  const events = await clients.events();
  const path = arn.split("/").slice(1);
  const [bus, name] = path.length > 1 ? path : ["default", path[0]];
  const rule = { Rule: name, EventBusName: bus };
  const [{ State }, targets] = await Promise.all([
    events.send(new DescribeRuleCommand({ Name: name, EventBusName: bus }), { abortSignal: signal }),
    readTargets(),
  ]);
  return {
    arn,
    enabled: State !== "DISABLED",
    targets,
    async write(Targets) {
      const command = new PutTargetsCommand({ ...rule, Targets: Targets as [] });
      const { output } = await sendRaw(events, command, signal, { ...rule, Targets });
      const [failed] = output.FailedEntries ?? [];
      if (failed) throw Object.assign(new Error(failed.ErrorMessage), { name: failed.ErrorCode });
    },
  };

  function readTargets(): Promise<Target[]> {
    return everyPage(async (NextToken) => {
      const command = new ListTargetsByRuleCommand({ ...rule, NextToken });
      const { body } = await sendRaw(events, command, signal);
      return { ...body, items: body.Targets };
    });
  }
}

/** Reads a list of EventBridge, for which the SDK has no paginators. */
export async function everyPage<Item>(
  read: (token?: string) => Promise<{ items?: Item[] | undefined; NextToken?: string | undefined }>,
  token?: string,
): Promise<Item[]> {
  const { items = [], NextToken } = await read(token);
  return NextToken ? [...items, ...(await everyPage(read, NextToken))] : items;
}

/**
 * "If you do not set an optional field in your request, that field will be set to its system-default value after the
 * update" (UpdateSchedule, EventBridge Scheduler API reference).
 */
async function readTimed({ clients, signal, clock }: DeliveryContext, arn: string): Promise<Schedule> {
  const scheduler = await clients.scheduler();
  const [GroupName, Name] = arn.split("/").slice(1);
  const { body } = await sendRaw(scheduler, new GetScheduleCommand({ GroupName, Name }), signal);
  const { Arn: _, CreationDate: __, LastModificationDate: ___, Name: ____, ...settings } = body;
  return {
    arn,
    enabled: settings.State !== "DISABLED" && !hasEnded(settings, clock.now()),
    targets: [settings.Target],
    async write([Target]) {
      const request = { ...settings, Target };
      await sendRaw(scheduler, new UpdateScheduleCommand({ ...request, Name }), signal, request);
    },
  };
}

interface Timing {
  readonly ScheduleExpression?: string;
  readonly ScheduleExpressionTimezone?: string;
  /** In seconds since the epoch. */
  readonly EndDate?: number;
}

/**
 * A schedule that never runs again stays in its group until somebody deletes it.
 *
 * @internal
 */
export function hasEnded(timing: Timing, now: number): boolean {
  const {
    ScheduleExpression: expression = "",
    ScheduleExpressionTimezone: timeZone = "UTC",
    EndDate,
  } = timing;
  const once = /^at\((.*)\)$/.exec(expression)?.[1];
  // Swedish dates are written as in ISO 8601.
  const local = new Date(now).toLocaleString("sv-SE", { timeZone }).replace(" ", "T");
  return (once !== undefined && once < local) || (EndDate !== undefined && EndDate * 1_000 < now);
}
