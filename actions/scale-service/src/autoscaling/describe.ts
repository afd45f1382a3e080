import { type AutoscalingState, isSuspended } from "./state.ts";

/** Returns a text such as `1 to 4 tasks`, `1 to 4 tasks (suspended)` or `none`. */
export function describeState(state: Omit<AutoscalingState, "Policies"> | null): string {
  if (!state) return "none";
  return `${state.MinCapacity} to ${state.MaxCapacity} tasks${suspension(state)}`;
}

function suspension(state: Pick<AutoscalingState, "SuspendedState">): string {
  if (isSuspended(state)) return " (suspended)";
  const words = {
    DynamicScalingInSuspended: "scale-in",
    DynamicScalingOutSuspended: "scale-out",
    ScheduledScalingSuspended: "schedules",
  };
  const parts = Object.entries(words).filter(([name]) => state.SuspendedState[name as keyof typeof words]);
  return parts.length > 0 ? ` (${parts.map(([, word]) => word).join(" and ")} suspended)` : "";
}
