import { type Finding, fault, refuseFindings } from "../../core/findings.ts";
import type { Log } from "../../core/log.ts";
import { toFailure } from "../../core/run.ts";
import { shortRevision } from "../../ecs/revision.ts";
import { prepare } from "../prepare.ts";
import type { DeploymentRecord } from "../record.ts";
import type { Fleet } from "./fleet.ts";
import type { SeveralRecord } from "./record.ts";

export type Prepared = Awaited<ReturnType<typeof prepare>>;

/** Reads change nothing: more services at once would only be throttled. */
const readAtOnce = 10;

/**
 * Verifies and plans every service before one of them changes. Throws the problems of all together; one of several
 * services is reported once.
 */
export async function verifyAll(
  fleet: Fleet,
  { results, findings }: SeveralRecord,
): Promise<Map<DeploymentRecord, Prepared>> {
  const { context } = fleet;
  const prepared = new Map<DeploymentRecord, Prepared>();
  const lines = createNotes();
  const faults = createNotes();
  await fleet.run(results, readAtOnce, async ({ record }) => {
    const own = fleet.contextOf(record.service, lines.logOf(record.service));
    try {
      const found = await prepare(own, fleet.inputsOf(record.service), record);
      prepared.set(record, found);
      for (const each of otherFamily(record, found)) faults.add(record.service, JSON.stringify(each));
    } catch (error) {
      context.signal.throwIfAborted();
      for (const each of faultsOf(record, toFailure(error, context.signal)))
        faults.add(record.service, JSON.stringify(each));
    }
  });
  for (const [key, services] of lines.all()) {
    const [kind, line] = JSON.parse(key) as [keyof Log, string];
    context.log[kind](`${namesOf(services, results.length)}: ${line}`);
  }
  for (const [key, services] of faults.all()) {
    const { text, ...fix } = JSON.parse(key) as Finding;
    findings.push({ text: `${namesOf(services, results.length)}: ${text}`, ...fix });
  }
  refuseFindings(findings, context.log);
  return prepared;
}

/** Collects texts, each with the services that it is about. */
function createNotes() {
  const notes = new Map<string, string[]>();
  const add = (service: string, text: string) => void notes.set(text, [...(notes.get(text) ?? []), service]);
  const write = (service: string, kind: keyof Log) => (line: string) =>
    add(service, JSON.stringify([kind, line]));
  return {
    add,
    all: () => [...notes],
    logOf: (service: string): Log => ({
      info: write(service, "info"),
      notice: write(service, "notice"),
      warning: write(service, "warning"),
    }),
  };
}

const mostNames = 5;

/** Returns `web, api`; `all 50 services`; `web, api and 7 others`. */
function namesOf(services: readonly string[], all: number): string {
  const [first = ""] = services;
  if (services.length === 1) return first;
  if (services.length === all && all > 2) return `all ${all} services`;
  if (services.length <= mostNames) return services.join(", ");
  return `${services.slice(0, mostNames - 1).join(", ")} and ${services.length - mostNames + 1} others`;
}

/** Findings are on the record, unless the read that failed came before them. */
function faultsOf(
  record: DeploymentRecord,
  { message, nextStep }: Error & { nextStep?: string | undefined },
) {
  const faults = record.findings.filter(({ kind }) => kind === undefined);
  if (faults.length > 0) return faults;
  return fault(message, nextStep?.replace(/(, and run the job again)?; nothing was changed\.$/, ""));
}

/** A revision of one family in a service of another one is an error of the list. */
function otherFamily({ revisionBefore, service }: DeploymentRecord, { wanted }: Prepared): Finding[] {
  const running = familyOf(revisionBefore);
  const family = wanted.taskDefinition?.family ?? "";
  if (!running || running === family) return [];
  return fault(
    `it runs the family ${running}, and this task definition is of the family ${family}`,
    `remove ${service} from the input services, or deploy ${family} to it in a step of its own (input service)`,
  );
}

const familyOf = (revision: string) => shortRevision(revision).split(":")[0] ?? "";
