import { expectThat, type StoryRecorder } from "./record-steps.ts";
import type { Rehearsal } from "./rehearsal.ts";

/** Calls that a role makes to learn that it may not, or does without: `role action`, with the reason. */
const expectedDenials: Readonly<Record<string, string>> = {};

/** Checks that the roles of the jobs may do what the story called, and shows what could not be checked. */
export async function checkPermissions(
  { account, simulator }: Pick<Rehearsal, "account" | "simulator">,
  steps: StoryRecorder,
): Promise<void> {
  if (account !== "standard") return;
  const { calls, denied, notChecked } = await simulator.permissions();
  const roles = new Set(calls.flatMap(([caller]) => roleOf(caller) ?? []));
  const unexpected = denied.filter(
    ({ caller, action }) => !(`${roleOf(caller)} ${action}` in expectedDenials),
  );
  const total = notChecked.reduce((sum, [, count]) => sum + count, 0);
  const name = `calls by ${roles.size} roles: ${unexpected.length} unexpected denials, ${total} not checked`;
  await steps.check(name, async () => {
    const messages = new Set(unexpected.map(({ message }) => message));
    expectThat(unexpected.length === 0, [...messages].join("; "));
    expectThat(roles.size >= 3, `only ${[...roles].join(", ") || "no role"} called`);
  });
  const list = notChecked.map(([part, count]) => `${part} (${count})`).join("; ");
  if (list !== "") steps.note(`Calls whose permission was not checked: ${list}.`);
}

/** Without the prefix that the stack's name gives it, and its random end. */
function roleOf(caller: string): string | undefined {
  const name = /:assumed-role\/([^/]+)\//.exec(caller)?.[1];
  return name?.replace(/^microservices-access-/, "").replace(/-\w{12,13}$/, "");
}
