import type {
  CreateScheduleInput,
  GetScheduleOutput,
  ScheduleSummary,
  UpdateScheduleInput,
} from "@aws-sdk/client-scheduler";
import type { Environment } from "../../environment.ts";
import { AwsError, errorWith } from "../../kit/errors.ts";
import { pager } from "../../kit/page.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Operations } from "../api.ts";
import { checkEcsTarget, clusterArn, runTasks } from "./ecs-target.ts";
import { callAt, parseTimes, type Times } from "./times.ts";

interface Schedule {
  readonly shown: Omit<GetScheduleOutput, "$metadata">;
  readonly timer: AbortController;
}

export interface SchedulerState {
  readonly environment: Environment;
  readonly groups: Set<string>;
  /** By group/name. */
  readonly schedules: Map<string, Schedule>;
  /** Starts of tasks in progress. */
  readonly runs: Set<Promise<void>>;
}

const invalid = errorWith("ValidationException");
const conflict = errorWith("ConflictException", 409);
const page = pager({ size: "MaxResults", token: "NextToken", standard: 100, code: "ValidationException" });
const nameRule = /^[\w.-]{1,64}$/;

export function scheduleOperations(state: SchedulerState): Operations<"scheduler"> {
  const { schedules } = state;
  return {
    createSchedule: (input) => {
      if (schedules.has(keyOf(input))) throw conflict(`Schedule ${input.Name} already exists.`);
      return { ScheduleArn: put(state, "CreateSchedule", input, state.environment.clock.now()) };
    },
    // "If you do not set an optional field in your request, that field will be set to its system-default value."
    updateSchedule: (input) => ({
      ScheduleArn: put(state, "UpdateSchedule", input, find(state, input).shown.CreationDate),
    }),
    getSchedule: (input) => structuredClone(find(state, input).shown),
    deleteSchedule: (input) => {
      find(state, input).timer.abort();
      schedules.delete(keyOf(input));
      return {};
    },
    listSchedules: (input) => {
      refuseUnsupported("ValidationException", "ListSchedules", input, ["GroupName MaxResults NextToken"]);
      const { GroupName } = input;
      const matching = [...schedules.values()].flatMap(({ shown }): ScheduleSummary[] => {
        const { Arn, Name, State, CreationDate, LastModificationDate, Target } = shown;
        const listed = { Arn, Name, GroupName: shown.GroupName, State, CreationDate, LastModificationDate };
        return (GroupName ?? shown.GroupName) === shown.GroupName
          ? [{ ...listed, Target: { Arn: Target?.Arn } }]
          : [];
      });
      const { items: Schedules, NextToken } = page(matching, input);
      return { Schedules, NextToken };
    },
  };
}

export function groupOperations({ environment, groups }: SchedulerState): Operations<"scheduler"> {
  return {
    createScheduleGroup: (input) => {
      refuseUnsupported("ValidationException", "CreateScheduleGroup", input, ["Name ClientToken"]);
      const { Name = "" } = input;
      if (!nameRule.test(Name)) throw invalid(`${Name} is not a valid name of a schedule group.`);
      if (groups.has(Name)) throw conflict(`Schedule group ${Name} already exists.`);
      groups.add(Name);
      const { accountId, region } = environment;
      return { ScheduleGroupArn: `arn:aws:scheduler:${region}:${accountId}:schedule-group/${Name}` };
    },
  };
}

type Key = { readonly Name?: string | undefined; readonly GroupName?: string | undefined };
const keyOf = ({ GroupName = "default", Name = "" }: Key) => `${GroupName}/${Name}`;
const missing = (what: string) => new AwsError("ResourceNotFoundException", `${what} does not exist.`, 404);

function find({ schedules }: SchedulerState, key: Key): Schedule {
  const schedule = schedules.get(keyOf(key));
  if (!schedule) throw missing(`Schedule ${key.Name}`);
  return schedule;
}

function put(
  state: SchedulerState,
  operation: string,
  input: CreateScheduleInput | UpdateScheduleInput,
  created: Date | undefined,
): string {
  const { environment, groups, schedules } = state;
  const times = check(operation, input);
  const { Name, GroupName = "default", ClientToken: _, State = "ENABLED", Target, ...settings } = input;
  if (!groups.has(GroupName)) throw missing(`Schedule group ${GroupName}`);
  const Arn = `arn:aws:scheduler:${environment.region}:${environment.accountId}:schedule/${GroupName}/${Name}`;
  const defaults = { ActionAfterCompletion: "NONE", ScheduleExpressionTimezone: "UTC" } as const;
  const RetryPolicy = { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 };
  const now = environment.clock.now();
  const shown: Schedule["shown"] = {
    ...{ Arn, Name, GroupName, State, CreationDate: created, LastModificationDate: now },
    ...{ ...defaults, ...settings, Target: Target && { RetryPolicy, ...Target } },
  };
  schedules.get(keyOf(input))?.timer.abort();
  const timer = new AbortController();
  schedules.set(keyOf(input), { shown, timer });
  if (State === "ENABLED") start(state, { shown, timer }, times);
  return Arn;
}

function check(operation: string, input: CreateScheduleInput | UpdateScheduleInput): Times {
  refuseUnsupported("ValidationException", operation, input, [
    "Name GroupName ScheduleExpression ScheduleExpressionTimezone Description State Target ClientToken",
    "FlexibleTimeWindow ActionAfterCompletion",
  ]);
  const { Name = "", ScheduleExpression = "", Target, FlexibleTimeWindow, State = "ENABLED" } = input;
  if (!nameRule.test(Name)) throw invalid(`${Name} is not a valid name of a schedule.`);
  if (State !== "ENABLED" && State !== "DISABLED") throw invalid(`${State} is not a state of a schedule.`);
  if (FlexibleTimeWindow?.Mode !== "OFF")
    throw invalid("The simulator supports only FlexibleTimeWindow.Mode OFF.");
  const times = parseTimes(ScheduleExpression, input.ScheduleExpressionTimezone);
  if (!times) throw invalid(`Invalid Schedule Expression ${ScheduleExpression}.`);
  if (!Target?.RoleArn) throw invalid("Target.RoleArn is required.");
  if (!clusterArn.test(Target.Arn ?? ""))
    throw invalid(`The simulator's schedules run tasks in ECS clusters only, not ${Target.Arn}.`);
  refuseUnsupported("ValidationException", "Target", Target, ["Arn RoleArn EcsParameters Input RetryPolicy"]);
  checkEcsTarget(Target);
  return times;
}

function start(state: SchedulerState, { shown, timer }: Schedule, times: Times): void {
  const { environment, runs, schedules } = state;
  const run = async () => {
    const startedBy = `chronos-schedule/${shown.Name}`;
    await runTasks(environment, shown.Target ?? {}, "scheduler", startedBy).catch((error: Error) =>
      environment.warn(`schedule ${shown.Arn} did not start its tasks: ${error.message}`),
    );
  };
  const track = (promise: Promise<void>) => {
    const tracked = promise.finally(() => runs.delete(tracked));
    runs.add(tracked);
  };
  const calling = callAt(times, environment.clock, timer.signal, () => track(run())).then(() => {
    if (!timer.signal.aborted && shown.ActionAfterCompletion === "DELETE") schedules.delete(keyOf(shown));
  });
  track(calling);
}
