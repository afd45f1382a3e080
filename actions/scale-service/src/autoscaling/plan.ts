import type { Finding } from "../../../core/findings.ts";
import type { AutoscalingInputs, ScaleInputs } from "../inputs.ts";
import { type PolicySubject, type WantedPolicy, wantedPolicies } from "./policies.ts";
import { type AutoscalingState, isSuspended, resumed, type Suspension, suspended } from "./state.ts";

/** Planned changes to a service's autoscaling. */
export interface AutoscalingPlan {
  /** The target to register before the count is set; null: removed; undefined: stays as it is. */
  readonly target: Omit<AutoscalingState, "Policies"> | null | undefined;
  /** Policies that differ from the existing ones, or have an alarm that may. */
  readonly policies: readonly WantedPolicy[];
  /** Applied after the count is set: until then a suspended policy must not move it back. */
  readonly resumeTo: Suspension | undefined;
  readonly changes: readonly string[];
  readonly findings: readonly Finding[];
}

export function planAutoscaling(
  { autoscaling: inputs, desiredCount }: ScaleInputs,
  /** Undefined: AWS did not allow reading it; nothing of it is changed then. */
  known: AutoscalingState | null | undefined,
  subject: PolicySubject,
): AutoscalingPlan {
  const before = known ?? null;
  const policies = wantedPolicies(inputs, subject);
  const target = targetOf(inputs, before);
  const resumeTo = before ? resumption(inputs, before) : undefined;
  const after = target === undefined ? before : target;
  const changes = [
    ...describeChange(before, after && { ...after, ...(resumeTo && { SuspendedState: resumeTo }) }),
    ...policies.flatMap(({ settings }) => policyChange(before, settings)),
  ];
  const findings = [
    ...rangeFindings(inputs, known, policies.length > 0),
    ...countFindings(desiredCount, after, { resumeTo, isResuming: inputs.action === "resume" }),
  ];
  // A manually changed alarm is restored; an equal policy needs no other call.
  const differing = policies.filter(
    ({ settings, alarm }) => alarm || policyChange(before, settings).length > 0,
  );
  return { target, policies: differing, resumeTo, changes, findings };
}

function targetOf(inputs: AutoscalingInputs, before: AutoscalingState | null): AutoscalingPlan["target"] {
  const { action, minimum, maximum } = inputs;
  if (action === "remove") return before ? null : undefined;
  const changesRange = minimum !== undefined || maximum !== undefined;
  const range = {
    MinCapacity: minimum ?? before?.MinCapacity ?? 0,
    MaxCapacity: maximum ?? before?.MaxCapacity ?? 0,
  };
  if (action === "suspend" && (before || changesRange)) {
    return before && !changesRange && isSuspended(before)
      ? undefined
      : { ...range, SuspendedState: suspended };
  }
  if (!changesRange || isRange(before, range)) return undefined;
  return { ...range, SuspendedState: before?.SuspendedState ?? resumed };
}

function isRange(
  before: AutoscalingState | null,
  { MinCapacity, MaxCapacity }: { MinCapacity: number; MaxCapacity: number },
): boolean {
  return before?.MinCapacity === MinCapacity && before.MaxCapacity === MaxCapacity;
}

/** Returns the state before it was suspended: earlier suspensions by others stay. */
function resumption(
  { action, before: remembered }: AutoscalingInputs,
  now: AutoscalingState,
): Suspension | undefined {
  if (action !== "resume" || remembered === null) return undefined;
  const wanted = remembered?.SuspendedState ?? resumed;
  const same = Object.entries(wanted).every(
    ([name, value]) => now.SuspendedState[name as keyof Suspension] === value,
  );
  return same ? undefined : wanted;
}

function describeChange(
  before: AutoscalingState | null,
  after: Omit<AutoscalingState, "Policies"> | null,
): string[] {
  const [one, other] = [describeState(before), describeState(after)];
  return one === other ? [] : [`autoscaling: ${one} → ${other}`];
}

function policyChange(before: AutoscalingState | null, settings: WantedPolicy["settings"]): string[] {
  const known = before?.Policies.find(({ PolicyName }) => PolicyName === settings.PolicyName);
  const wanted = JSON.stringify(configurationOf(settings));
  if (!known) return [`+ scaling policy ${settings.PolicyName}: ${wanted}`];
  const now = JSON.stringify(configurationOf(known));
  return now === wanted ? [] : [`~ scaling policy ${settings.PolicyName}: ${now} → ${wanted}`];
}

function configurationOf(policy: Pick<AutoscalingState["Policies"][number], never> & object): unknown {
  const { StepScalingPolicyConfiguration: steps, TargetTrackingScalingPolicyConfiguration: tracking } =
    policy as AutoscalingState["Policies"][number];
  return sorted(steps ?? tracking);
}

/** Sorts, so that AWS's order of the response makes no difference. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(
    entries
      .toSorted(([one], [other]) => one.localeCompare(other))
      .map(([name, each]) => [name, sorted(each)]),
  );
}

function rangeFindings(
  { action, minimum, maximum }: AutoscalingInputs,
  before: AutoscalingState | null | undefined,
  hasPolicies: boolean,
): Finding[] {
  const [least, most] = [minimum ?? before?.MinCapacity, maximum ?? before?.MaxCapacity];
  const isAsked = minimum !== undefined || maximum !== undefined || hasPolicies;
  if (isAsked && (least === undefined || most === undefined))
    return [
      {
        text: "the service has no autoscaling yet",
        fix: "set both minimum-tasks and maximum-tasks",
      },
    ];
  if (least !== undefined && most !== undefined && least > most)
    return [
      {
        text: `the minimum of ${least} tasks would be more than the maximum, ${most}`,
        fix: "set both minimum-tasks and maximum-tasks",
      },
    ];
  if (before !== null || isAsked || !action) return [];
  const text = `The service has no autoscaling: there is nothing to ${action}.`;
  return [{ text, kind: "note" }];
}

function countFindings(
  count: number | undefined,
  after: Omit<AutoscalingState, "Policies"> | null,
  { resumeTo, isResuming }: { resumeTo: Suspension | undefined; isResuming: boolean },
): Finding[] {
  if (count === undefined || !after) return [];
  if (isSuspended({ SuspendedState: resumeTo ?? after.SuspendedState })) return [];
  const { MinCapacity: least, MaxCapacity: most } = after;
  if (count < least || count > most)
    return [
      {
        text: `desired-count ${count} is outside the range of ${least} to ${most} tasks of the service's autoscaling, which would undo it`,
        fix: `also set ${count < least ? "minimum" : "maximum"}-tasks: ${count}, or autoscaling: suspend`,
        // Resuming restores the previous state, whatever autoscaling makes of it.
        ...(isResuming && { kind: "advice" as const }),
      },
    ];
  const text = `Autoscaling is active: it may move the count within ${least} to ${most} tasks later.`;
  return [{ text, kind: "note" }];
}

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
