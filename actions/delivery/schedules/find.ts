import {
  ListEventBusesCommand,
  type ListEventBusesCommandOutput,
  ListRuleNamesByTargetCommand,
  type ListRuleNamesByTargetCommandOutput,
} from "@aws-sdk/client-eventbridge";
import { paginateListSchedules } from "@aws-sdk/client-scheduler";
import { parseArn } from "../../core/arn.ts";
import type { DeliveryContext } from "../context.ts";
import { readSchedule, type Schedule } from "./read.ts";

/** Target of a schedule that calls RunTask itself, with the cluster and the task definition in its input. */
export const universal = /^arn:[\w-]+:scheduler:::aws-sdk:ecs:runTask$/;

/**
 * Reads every rule of any bus, and every schedule of any group, that starts tasks in one of the clusters or by a
 * universal target.
 */
export async function findSchedules(
  context: DeliveryContext,
  clusters: readonly string[],
): Promise<Schedule[]> {
  const arns = (await Promise.all([findRules(context, clusters), findTimed(context, clusters)])).flat();
  const found: Schedule[] = [];
  // One after the other: AWS throttles these calls of an account.
  for (const arn of new Set(arns)) {
    const schedule = await readSchedule(context, arn);
    if (schedule) found.push(schedule);
  }
  return found;
}

async function findRules({ clients, signal }: DeliveryContext, clusters: readonly string[]) {
  const events = await clients.events();
  const arns: string[] = [];
  const options = { abortSignal: signal };
  let buses: ListEventBusesCommandOutput | undefined;
  do {
    buses = await events.send(new ListEventBusesCommand({ NextToken: buses?.NextToken }), options);
    for (const { Name: EventBusName = "", Arn = "" } of buses.EventBuses ?? [])
      for (const TargetArn of clusters) {
        let page: ListRuleNamesByTargetCommandOutput | undefined;
        do {
          const query = { TargetArn, EventBusName, NextToken: page?.NextToken };
          page = await events.send(new ListRuleNamesByTargetCommand(query), options);
          arns.push(...(page.RuleNames ?? []).map((name) => ruleArn(Arn, EventBusName, name)));
        } while (page.NextToken);
      }
  } while (buses.NextToken);
  return arns;
}

function ruleArn(busArn: string, bus: string, name: string): string {
  const { partition, region, account } = parseArn(busArn) ?? {};
  const path = bus === "default" ? name : `${bus}/${name}`;
  return `arn:${partition}:events:${region}:${account}:rule/${path}`;
}

async function findTimed({ clients, signal }: DeliveryContext, clusters: readonly string[]) {
  const arns: string[] = [];
  for await (const { Schedules = [] } of paginateListSchedules({ client: await clients.scheduler() }, {})) {
    signal.throwIfAborted();
    for (const { Arn = "", Target } of Schedules)
      if (clusters.includes(Target?.Arn ?? "") || universal.test(Target?.Arn ?? "")) arns.push(Arn);
  }
  return arns;
}
