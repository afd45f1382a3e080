import { ListEventBusesCommand, ListRuleNamesByTargetCommand } from "@aws-sdk/client-eventbridge";
import { paginateListSchedules } from "@aws-sdk/client-scheduler";
import { parseArn } from "../../core/arn.ts";
import type { DeliveryContext } from "../context.ts";
import { everyPage, readSchedule, type Schedule } from "./read.ts";

/** Target of a schedule that calls RunTask itself, with the cluster and the task definition in its input. */
const universal = /^arn:[\w-]+:scheduler:::aws-sdk:ecs:runTask$/;

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
  const options = { abortSignal: signal };
  const buses = await everyPage(async (NextToken) => {
    const page = await events.send(new ListEventBusesCommand({ NextToken }), options);
    return { ...page, items: page.EventBuses };
  });
  const arns: string[] = [];
  for (const { Name: EventBusName = "", Arn = "" } of buses)
    for (const TargetArn of clusters) {
      const names = await everyPage(async (NextToken) => {
        const query = { TargetArn, EventBusName, NextToken };
        const page = await events.send(new ListRuleNamesByTargetCommand(query), options);
        return { ...page, items: page.RuleNames };
      });
      arns.push(...names.map((name) => ruleArn(Arn, EventBusName, name)));
    }
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
