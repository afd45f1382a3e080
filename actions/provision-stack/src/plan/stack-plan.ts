import type { PolicyAction, ResourceChange, ResourceChangeDetail } from "@aws-sdk/client-cloudformation";
import { rowOf } from "../../../cloudformation/types/table.ts";
import { shownValue } from "../stack/shown-value.ts";

export interface StackPlan {
  readonly template: string;
  readonly stackName: string;
  /**
   * `recreate`: the existing stack can only be deleted. `unknown`: only a later plan can show it. `skip`: its resources
   * exist outside any stack, and stay so.
   */
  readonly kind: "create" | "update" | "recreate" | "none" | "unknown" | "skip";
  readonly changes: readonly PlannedChange[];
  /** Sentences about the plan as a whole. */
  readonly notes: readonly string[];
  /** Sentences about what would go wrong or be lost. */
  readonly warnings: readonly string[];
}

export interface PlannedChange {
  readonly action: string;
  readonly logicalId: string;
  readonly type: string;
  readonly replacement: "yes" | "maybe" | "no";
  readonly properties: readonly ChangedProperty[];
  /** Data lost with the old resource; undefined when none is. */
  readonly loss: string | undefined;
}

export interface ChangedProperty {
  readonly name: string;
  /** Undefined when it had none, or when CloudFormation does not show it. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly causes: readonly string[];
}

const replacements = { True: "yes", Conditional: "maybe", False: "no" } as const;

export function toPlannedChange(change: ResourceChange): PlannedChange {
  const { Action = "", LogicalResourceId = "", ResourceType = "", Replacement, PolicyAction } = change;
  const replacement = replacements[Replacement ?? "False"];
  const goes = Action === "Remove" || replacement !== "no";
  return {
    action: Action,
    logicalId: LogicalResourceId,
    type: ResourceType,
    replacement,
    properties: toProperties(change.Details ?? []),
    loss: goes ? lossOf(ResourceType, PolicyAction) : undefined,
  };
}

/** CloudFormation lists a property once for each cause. */
function toProperties(details: readonly ResourceChangeDetail[]): ChangedProperty[] {
  const byName = Map.groupBy(details, nameOf);
  return [...byName].map(([name, [first, ...others]]) => ({
    name,
    before: shown(name, first?.Target?.BeforeValue),
    after: shown(name, first?.Target?.AfterValue),
    causes: [...new Set([first, ...others].flatMap((detail) => (detail ? causeOf(detail) : [])))],
  }));
}

function nameOf({ Target }: ResourceChangeDetail): string {
  return Target?.Path?.replace(/^\/Properties\//, "") ?? Target?.Name ?? Target?.Attribute ?? "";
}

function causeOf({ ChangeSource, CausingEntity = "" }: ResourceChangeDetail): string[] {
  if (ChangeSource === "ParameterReference") return [`parameter ${CausingEntity}`];
  if (ChangeSource === "ResourceReference" || ChangeSource === "ResourceAttribute")
    return [`change of ${CausingEntity}`];
  return ChangeSource === "Automatic" ? ["a nested stack"] : [];
}

function shown(name: string, value: string | undefined): string | undefined {
  return (
    value && shownValue(name, value.replaceAll("{{changeSet:KNOWN_AFTER_APPLY}}", "(known after the change)"))
  );
}

/** Returns what is lost with the old resource, as the end of a sentence; undefined when nothing is. */
function lossOf(type: string, policy: PolicyAction | undefined): string | undefined {
  if (policy === "Retain" || policy === "ReplaceAndRetain") return undefined;
  const lost = rowOf(type)?.held;
  if (!lost) return undefined;
  const snapshot = policy === "Snapshot" || policy === "ReplaceAndSnapshot";
  return snapshot ? `${lost} (a snapshot is kept; the new one starts empty)` : lost;
}
