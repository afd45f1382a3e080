import type { LifecycleEvent } from "@aws-sdk/client-codedeploy";
import { DeploymentFailure } from "./failure.ts";
import type { Run } from "./run.ts";

/** Source: "List of lifecycle event hooks for an Amazon ECS deployment", CodeDeploy user guide. */
const installing = ["BeforeInstall", "Install", "AfterInstall"] as const;
const testing = ["AllowTestTraffic", "AfterAllowTestTraffic"] as const;
const allowing = ["BeforeAllowTraffic", "AllowTraffic", "AfterAllowTraffic"] as const;

export type EventName = (typeof installing)[number] | (typeof testing)[number] | (typeof allowing)[number];

/** Returns the events of a deployment, or of a rollback, which only shifts the traffic back. */
export function plannedEvents(options: { testListener: boolean; rollback: boolean }): LifecycleEvent[] {
  const names = options.rollback
    ? allowing
    : [...installing, ...(options.testListener ? testing : []), ...allowing];
  return names.map((lifecycleEventName) => ({ lifecycleEventName, status: "Pending" }));
}

/** Runs one event; without an action it succeeds at once. */
export async function performEvent(
  { deployment: { target }, environment: { clock } }: Pick<Run, "deployment" | "environment">,
  name: EventName,
  action: () => Promise<void> = async () => {},
): Promise<void> {
  const event = target.events.find(({ lifecycleEventName }) => lifecycleEventName === name);
  if (!event) throw new Error(`the deployment has no lifecycle event ${name}`);
  const finish = (change: LifecycleEvent) => {
    target.updatedAt = clock.now();
    Object.assign(event, change, { endTime: target.updatedAt });
  };
  target.updatedAt = clock.now();
  Object.assign(event, { status: "InProgress", startTime: target.updatedAt });
  try {
    await action();
    finish({
      status: "Succeeded",
      diagnostics: { errorCode: "Success", scriptName: "", message: "", logTail: "" },
    });
  } catch (error) {
    const message = diagnosticOf(error);
    finish({
      status: "Failed",
      diagnostics: { errorCode: "UnknownError", scriptName: "", message, logTail: "" },
    });
    throw error;
  }
}

function diagnosticOf(error: unknown): string {
  if (error instanceof DeploymentFailure) return error.diagnostic;
  return error instanceof Error ? error.message : String(error);
}

/** Skips the events that had not begun when the deployment ended. */
export function skipPending({ deployment: { target } }: Pick<Run, "deployment">): void {
  for (const event of target.events) if (event.status === "Pending") event.status = "Skipped";
}
