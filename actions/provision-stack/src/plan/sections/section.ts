import type { PlannedStack } from "../../../../shared/cloudformation/dependencies.ts";

/** The stacks of a profile before and after a plan is applied, those that it does not concern included. */
export interface BeforeAndAfter {
  readonly before: readonly PlannedStack[];
  readonly after: readonly PlannedStack[];
  readonly region: string;
}

/** What a plan's summary tells beside the changes, as markdown; a Failure is told in its place. */
export interface PlanSection {
  readonly title: string;
  write(stacks: BeforeAndAfter): string;
}
