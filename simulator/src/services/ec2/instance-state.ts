import type { InstanceStateName } from "@aws-sdk/client-ec2";
import type { Ec2State, Instance } from "./state.ts";

/** Milliseconds of AWS time from one state to the next, and how long a terminated instance is still described. */
const pendingMs = 15_000;
const stoppingMs = 30_000;
const rememberedMs = 3_600_000;

/** Source: InstanceState, EC2 API reference. */
const codes: Readonly<Record<InstanceStateName, number>> = {
  pending: 0,
  running: 16,
  "shutting-down": 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

export function instanceState(state: Ec2State, { phase }: Instance): InstanceStateName {
  const elapsed = state.elapsedSince(phase.since);
  if (phase.goal === "running") return elapsed < pendingMs ? "pending" : "running";
  if (phase.goal === "stopped") return elapsed < stoppingMs ? "stopping" : "stopped";
  return elapsed < stoppingMs ? "shutting-down" : "terminated";
}

export function describeState(name: InstanceStateName) {
  return { Code: codes[name], Name: name };
}

export function isTerminated(state: Ec2State, instance: Instance): boolean {
  return instanceState(state, instance) === "terminated";
}

/** "Terminated instances remain visible after termination (for approximately one hour)" (TerminateInstances). */
export function forgetOldInstances(state: Ec2State): void {
  for (const instance of state.instances.values()) {
    const { goal, since } = instance.phase;
    if (goal !== "terminated" || state.elapsedSince(since) < rememberedMs) continue;
    state.instances.delete(instance.id);
    state.tags.delete(instance.id);
  }
}
