import { formatError } from "./errors.ts";
import type { Mapping } from "./value.ts";

/** Source: CloudFormation user guide, Understand CloudFormation quotas. */
const most = { Mappings: 200, Outputs: 200, Parameters: 200, Resources: 500 } as const;
const longestName = 255;
const longestDescription = 1024;

/** Throws for a template that exceeds a quota of CloudFormation. */
export function refuseTooMuch(
  sections: Readonly<Record<keyof typeof most, Mapping>>,
  description: string,
): void {
  if (Buffer.byteLength(description) > longestDescription)
    throw formatError(`The Description has more than ${longestDescription} bytes.`);
  for (const [name, maximum] of Object.entries(most)) {
    const declared = Object.keys(sections[name as keyof typeof most]);
    if (declared.length > maximum)
      throw formatError(
        `Number of ${name.toLowerCase()}, ${declared.length}, is greater than maximum allowed, ${maximum}`,
      );
    const long = declared.find((id) => id.length > longestName);
    if (long !== undefined)
      throw formatError(`${name} has a name of more than ${longestName} characters: ${long.slice(0, 40)}…`);
  }
}
