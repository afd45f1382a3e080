import lists from "./role-lists.json" with { type: "json" };

/** Steps of a service of AWS in the role that it is given. */
export interface RoleList {
  /** Such as `ecs-tasks.amazonaws.com`. */
  readonly service: string;
  /** Actions by step, each with its resource: an ARN with parts in braces, or `*`. */
  readonly steps: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * Written from AWS's pages, never from the calls of the simulated services, which make others. An action that a page
 * lists for a case that does not occur here is left out. Resources: Service Authorization Reference.
 */
export const roleLists = lists satisfies Record<string, RoleList>;
