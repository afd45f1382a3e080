import { randomUUID } from "node:crypto";
import type {
  PutScheduledActionCommandInput,
  ScheduledAction as ScheduledActionView,
} from "@aws-sdk/client-application-auto-scaling";
import { refuseBroken } from "../../kit/constraints.ts";
import { AwsError } from "../../kit/errors.ts";
import { page } from "../../kit/page.ts";
import type { Service } from "../api.ts";
import { checkCapacities } from "./check-capacities.ts";
import { parseSchedule } from "./schedule.ts";
import {
  dimension,
  findTarget,
  invalid,
  namespace,
  pageSize,
  refuseOtherServices,
  resourceIdOf,
  type ScalingState,
  type ScheduledAction,
} from "./state.ts";

/** Maximum of one scalable target. Source: quotas of Application Auto Scaling. */
const maximumActions = 200;
/** The only time zone of the simulator. */
const timezones = ["UTC", "Etc/UTC"];

export function scheduledActionOperations(
  state: ScalingState,
  start: (action: ScheduledAction) => void,
): Service<"applicationautoscaling">["operations"] {
  return {
    putScheduledAction(input) {
      const resourceId = resourceIdOf(input);
      const { ScheduledActionName: name = "" } = input;
      refuseBroken("ValidationException", [
        [
          "scheduledActionName",
          name,
          {
            pattern: "(?!((^[ ]+.*)|(.*([\\u0000-\\u001f]|[\\u007f-\\u009f]|[:/|])+.*)|(.*[ ]+$))).+",
            linear: /^(?! )[^\p{Cc}:/|]+(?<! )$/u,
            length: [1, 256],
          },
        ],
      ]);
      findTarget(state, resourceId);
      const known = find(state, resourceId, name);
      const action = known ? changed(known, input) : newAction(state, resourceId, name, input);
      check(state, action);
      if (known) remove(state, known);
      state.scheduledActions.push(action);
      start(action);
      return {};
    },
    deleteScheduledAction(input) {
      const resourceId = resourceIdOf(input);
      const found = find(state, resourceId, input.ScheduledActionName);
      if (!found)
        throw new AwsError(
          "ObjectNotFoundException",
          `No scheduled action found for service namespace: ${namespace}, resource ID: ${resourceId}, scalable dimension: ${dimension}, scheduled action name: ${input.ScheduledActionName}`,
        );
      remove(state, found);
      return {};
    },
    describeScheduledActions(input) {
      refuseOtherServices(input.ServiceNamespace);
      const { ScheduledActionNames = [], ResourceId, ScalableDimension, MaxResults, NextToken } = input;
      if (ScalableDimension !== undefined && ResourceId === undefined)
        throw invalid("A scalable dimension needs the resource ID that it belongs to.");
      const wanted = state.scheduledActions.filter(
        ({ name, resourceId }) =>
          (ScheduledActionNames.length === 0 || ScheduledActionNames.includes(name)) &&
          (ResourceId ?? resourceId) === resourceId,
      );
      const size = MaxResults ?? pageSize;
      const { items, next } = page(wanted, { size, token: NextToken, code: "InvalidNextTokenException" });
      return { ScheduledActions: items.map(describe), NextToken: next };
    },
  };
}

/** Removes an action, which does not run any more. */
export function remove({ scheduledActions }: ScalingState, action: ScheduledAction): void {
  action.control.abort();
  scheduledActions.splice(scheduledActions.indexOf(action), 1);
}

function find(
  state: ScalingState,
  resourceId: string,
  name: string | undefined,
): ScheduledAction | undefined {
  return state.scheduledActions.find((action) => action.resourceId === resourceId && action.name === name);
}

function newAction(
  state: ScalingState,
  resourceId: string,
  name: string,
  input: PutScheduledActionCommandInput,
): ScheduledAction {
  const { region, accountId, clock } = state.environment;
  if (state.scheduledActions.filter((action) => action.resourceId === resourceId).length >= maximumActions)
    throw new AwsError(
      "LimitExceededException",
      `The target has ${maximumActions} scheduled actions, the limit.`,
    );
  if (input.Schedule === undefined) throw invalid("A new scheduled action needs Schedule.");
  if (input.ScalableTargetAction === undefined)
    throw invalid("A new scheduled action needs ScalableTargetAction.");
  return {
    name,
    arn: `arn:aws:autoscaling:${region}:${accountId}:scheduledAction:${randomUUID()}:resource/${namespace}/${resourceId}:scheduledActionName/${name}`,
    resourceId,
    createdAt: clock.now(),
    schedule: input.Schedule,
    timezone: input.Timezone,
    startTime: input.StartTime,
    endTime: input.EndTime,
    action: input.ScalableTargetAction,
    control: new AbortController(),
  };
}

/** Keeps values that are not given, except times, which are then removed (API reference, PutScheduledAction). */
function changed(known: ScheduledAction, input: PutScheduledActionCommandInput): ScheduledAction {
  return {
    ...known,
    schedule: input.Schedule ?? known.schedule,
    timezone: input.Timezone ?? known.timezone,
    startTime: input.StartTime,
    endTime: input.EndTime,
    action: input.ScalableTargetAction ?? known.action,
    control: new AbortController(),
  };
}

function check({ environment: { clock } }: ScalingState, scheduled: ScheduledAction): void {
  const { schedule, timezone, startTime, endTime, action } = scheduled;
  if (timezone !== undefined && !timezones.includes(timezone))
    throw invalid(`The simulator supports only the Timezone UTC, not ${timezone}.`);
  checkCapacities(action);
  const { MinCapacity: minimum, MaxCapacity: maximum } = action;
  if (minimum === undefined && maximum === undefined)
    throw invalid("ScalableTargetAction needs MinCapacity, MaxCapacity, or both.");
  if (minimum !== undefined && maximum !== undefined && minimum > maximum)
    throw invalid("Maximum capacity cannot be less than minimum capacity.");
  if (startTime && endTime && startTime >= endTime)
    throw invalid("The start time must be before the end time.");
  if (parseSchedule(schedule).next(clock.now()) === undefined)
    throw invalid(`The schedule '${schedule}' has no time to come.`);
}

function describe(scheduled: ScheduledAction): ScheduledActionView {
  return {
    ScheduledActionName: scheduled.name,
    ScheduledActionARN: scheduled.arn,
    ServiceNamespace: namespace,
    Schedule: scheduled.schedule,
    Timezone: scheduled.timezone,
    ResourceId: scheduled.resourceId,
    ScalableDimension: dimension,
    StartTime: scheduled.startTime,
    EndTime: scheduled.endTime,
    ScalableTargetAction: { ...scheduled.action },
    CreationTime: scheduled.createdAt,
  };
}
