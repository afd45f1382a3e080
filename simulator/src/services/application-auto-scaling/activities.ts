import { randomUUID } from "node:crypto";
import type { NotScaledReason, ScalingActivity } from "@aws-sdk/client-application-auto-scaling";
import type { Operations } from "../api.ts";
import { dimension, namespace, pageFor, type ScalingState } from "./state.ts";

/** Activities kept; AWS keeps six weeks, which is more than a rehearsal fills. */
const keptActivities = 1_000;

export function activityOperations(state: ScalingState): Operations<"applicationautoscaling"> {
  return {
    describeScalingActivities(input) {
      const wanted = state.activities.filter(
        ({ NotScaledReasons }) => input.IncludeNotScaledActivities || !NotScaledReasons,
      );
      const { items, NextToken } = pageFor(input, wanted, ({ ResourceId = "" }) => ResourceId);
      return { ScalingActivities: items.map((activity) => ({ ...activity })), NextToken };
    },
  };
}

/** Adds an activity; the caller updates it in place. */
export function addActivity(
  { activities, environment: { clock } }: ScalingState,
  resourceId: string,
  more: Pick<ScalingActivity, "Description" | "Cause" | "StatusCode"> & Partial<ScalingActivity>,
): ScalingActivity {
  const activity: ScalingActivity = {
    ActivityId: randomUUID(),
    ServiceNamespace: namespace,
    ResourceId: resourceId,
    ScalableDimension: dimension,
    StartTime: clock.now(),
    ...more,
  };
  activities.unshift(activity);
  if (activities.length > keptActivities) activities.pop();
  return activity;
}

/**
 * Records that nothing was scaled, and why; once while the cause is the same. Source: user guide, "Scaling activities".
 */
export function addNotScaled(
  state: ScalingState,
  resourceId: string,
  cause: string,
  reason: NotScaledReason,
): void {
  const last = state.activities.find(({ ResourceId }) => ResourceId === resourceId);
  if (last?.Cause === cause && last.NotScaledReasons?.[0]?.Code === reason.Code) return;
  addActivity(state, resourceId, {
    Description: "Attempting to scale due to alarm triggered",
    Cause: cause,
    StatusCode: "Failed",
    NotScaledReasons: [reason],
  });
}
