import { errorWith } from "../../kit/errors.ts";
import { pager } from "../../kit/page.ts";
import { type Members, refuseUnsupported } from "../../kit/refuse-unsupported.ts";

export const invalid = errorWith("InvalidParameterException");

/** ECS's error about task definitions. */
export const clientException = errorWith("ClientException");

/**
 * Refuses members that the simulator would ignore. Tools send descriptions back, with empty lists for unused settings;
 * they have no effect.
 */
export function refuseOthers<Input extends object, Text extends string>(
  operation: string,
  input: Input,
  supported: Members<Input, Text>,
  code = "InvalidParameterException",
): void {
  const given = Object.entries(input).filter(([, value]) => !(Array.isArray(value) && value.length === 0));
  refuseUnsupported(code, operation, Object.fromEntries(given) as Input, supported);
}

/** One page of a list. Sizes: ECS API reference, maxResults. */
export const page = pager({
  size: "maxResults",
  token: "nextToken",
  standard: 100,
  code: "InvalidParameterException",
});

/** Finds what a Describe operation lists, and reports the references of missing resources as ARNs. */
export function lookUp<Found>(
  references: readonly string[],
  find: (reference: string) => Found | undefined,
  arnOf: (name: string) => string = (name) => name,
) {
  const found: Found[] = [];
  const failures: { arn: string; reason: string }[] = [];
  for (const reference of references) {
    const one = find(reference);
    if (one) found.push(one);
    else
      failures.push({ arn: reference.startsWith("arn:") ? reference : arnOf(reference), reason: "MISSING" });
  }
  return { found, failures };
}
