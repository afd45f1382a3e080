import { Missing, type Outcome, Unreadable, unchecked, verdict } from "../outcome.ts";
import { type ServiceName, services } from "../parts.ts";

/** Checks the same for both parts, such as both services; one that is missing or unreadable does not hide the other. */
export async function forEachOf<Name extends string>(
  names: readonly Name[],
  check: (name: Name) => Promise<Outcome>,
): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  for (const name of names)
    outcomes.push(
      await check(name).catch((error: unknown) => {
        if (error instanceof Missing) return verdict([error.message], "");
        if (error instanceof Unreadable) return unchecked(error.message);
        throw error;
      }),
    );
  const of = (wanted: Outcome["status"]) =>
    [...new Set(outcomes.filter(({ status }) => status === wanted).map(({ evidence }) => evidence))].join(
      "; ",
    );
  if (of("fail")) return { status: "fail", evidence: of("fail") };
  if (of("unchecked")) return unchecked(of("unchecked"));
  return { status: "pass", evidence: of("pass") };
}

export function forServices(check: (service: ServiceName) => Promise<Outcome>): Promise<Outcome> {
  return forEachOf(services, check);
}
