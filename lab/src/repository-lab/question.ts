import { createInterface } from "node:readline";
import { Refusal } from "@ecs-delivery/program/command-line";
import type { LabOptions, Session } from "./options.ts";
import type { Prepared } from "./prepare.ts";
import type { First } from "./triggers.ts";
import type { Work } from "./what-runs.ts";

/** Describes everything that a rehearsal would run, with what, and what protects the machine. */
export function describe(
  { repository, needs, notes, keys, values }: Prepared,
  { secrets, variables }: LabOptions,
  { branch, requests }: First,
  work: Work,
): string {
  const { refused, warnings, head, subject, name } = repository;
  const given = { secret: secrets, variable: variables };
  const chosen = { secret: values.secrets, variable: values.vars } as const;
  const missing = needs.values.filter(({ kind, name: of }) => chosen[kind][of] && !(of in given[kind]));
  return [
    `Rehearsing ${head.slice(0, 7)} "${subject}" of ${name}: ${requests[0]?.event.name} of ${branch}`,
    ...[
      ...warnings,
      ...[...refused.values(), ...work.refused.values()].map((why) => `not rehearsed: ${why}`),
    ].map((warning) => `warning: ${warning}`),
    "\nWould run, against a simulated AWS:",
    ...work.lines,
    ...(missing.length > 0
      ? ["\nNot given with --secret, --var or --values, so the rehearsal invents:"]
      : []),
    ...missing.map(({ kind, name: of, usedFor }) => {
      const value = chosen[kind][of] ?? "";
      const invented = Object.values(keys).includes(value) ? "a key of the simulated AWS" : value;
      return `  ${kind} ${of} = ${invented}, for ${usedFor}`;
    }),
    "\nOn this machine:",
    ...notes.map((note) => `  ${note}`),
  ].join("\n");
}

/** Asks on a terminal; elsewhere a user has to agree beforehand. Throws a Refusal without a yes. */
export async function confirm({ yes }: LabOptions, { signal }: Session): Promise<void> {
  if (yes) return;
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY)
    throw new Refusal("nobody can be asked whether to run this. Fix: read the list above, then add --yes");
  stdout.write("\nRun this? [y/N] ");
  // Without its terminal mode, Ctrl-C still is a signal.
  const lines = createInterface({ input: stdin, terminal: false, signal });
  for await (const answer of lines) {
    lines.close();
    if (/^y(es)?$/i.test(answer.trim())) return;
    break;
  }
  throw new Refusal("nothing was run");
}
