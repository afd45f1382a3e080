import type { PlannedStack } from "../../../../shared/cloudformation/dependencies.ts";

/** The stacks of a profile before and after a plan is applied, including those that it does not change. */
export interface BeforeAndAfter {
  readonly before: readonly PlannedStack[];
  readonly after: readonly PlannedStack[];
  readonly region: string;
}

/** A section of a plan's summary in addition to the changes, as markdown; a Failure is shown in its place. */
export interface PlanSection {
  readonly title: string;
  write(stacks: BeforeAndAfter): string;
}
