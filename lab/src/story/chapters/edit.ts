import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expectThat } from "../record-steps.ts";
import type { ScratchRepository } from "../scratch-repository.ts";

/** Changes a file of the checkout; throws when there is nothing to change, since a service's source is not the story's. */
export async function edit(
  { workDirectory }: ScratchRepository,
  path: string,
  pattern: RegExp,
  replacement: string,
): Promise<void> {
  const file = join(workDirectory, path);
  const before = await readFile(file, "utf8");
  const after = before.replace(pattern, () => replacement);
  expectThat(after !== before, `${path} has no ${pattern} for the story to change`);
  await writeFile(file, after);
}

export const customerApp = "services/customer/src/app.ts";

/** Gives the customers' pages another heading. */
export function editHeading(repository: ScratchRepository, heading: string): Promise<void> {
  return edit(repository, customerApp, /(?<=const heading = ")[^"]*/, heading);
}
