import { validationError } from "../template/errors.ts";

/** Refuses members of a request that the simulator would otherwise silently ignore. */
export function refuseMembers(input: object, unsupported: readonly string[]): void {
  const given = Object.entries(input).filter(
    ([name, value]) => unsupported.includes(name) && asksForSomething(value),
  );
  if (given.length > 0)
    throw validationError(`the simulator does not support ${given.map(([name]) => name).join(", ")}`);
}

function asksForSomething(value: unknown): boolean {
  return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
}
