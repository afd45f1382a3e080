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
  several: SeveralRecord,
): Promise<Map<DeploymentRecord, Prepared>> {
  const { context } = fleet;
  const { results, findings } = several;
  const prepared = new Map<DeploymentRecord, Prepared>();
  const order = results.map(({ record }) => record.service);
  const lines = createNotes<[keyof Log, string]>(order);
  const faults = createNotes<Finding>(order);
  await fleet.run(results, readAtOnce, async ({ record }) => {
    const { service } = record;
    const own = fleet.contextOf(service, logTo(lines, service));
    try {
      const found = await prepare(own, fleet.inputsOf(service), record);
      prepared.set(record, found);
      faults.add(service, ...otherFamily(record, found));
    } catch (error) {
      context.signal.throwIfAborted();
      faults.add(service, ...faultsOf(record, toFailure(error, context.signal)));
    }
  });
  for (const { name, note } of lines.all()) context.log[note[0]](`${name}: ${note[1]}`);
  for (const { name, note } of faults.all()) findings.push({ ...note, text: `${name}: ${note.text}` });
  const ends = new Set(results.flatMap(({ record }) => (prepared.has(record) ? [] : record.status)));
  // An older run of the workflow is one for all of its services.
  if (ends.size === 1) several.status = [...ends][0];
  refuseFindings(findings, context.log);
  return prepared;
}

/** Collects what is found about services: what several have in common is one note, with their names. */
function createNotes<Note>(order: readonly string[]) {
  const notes = new Map<string, { note: Note; services: Set<string> }>();
  return {
    add(service: string, ...found: readonly Note[]): void {
      for (const note of found) {
        const key = JSON.stringify(note);
        notes.set(key, notes.get(key) ?? { note, services: new Set() });
        notes.get(key)?.services.add(service);
      }
    },
    /** In the order of the first service. */
    all() {
      const all = [...notes.values()].map(({ note, services }) => {
        const of = order.filter((each) => services.has(each));
        return { note, name: namesOf(of, order.length), at: order.indexOf(of[0] ?? "") };
      });
      return all.toSorted((one, other) => one.at - other.at);
    },
  };
}

function logTo(lines: { add(service: string, line: [keyof Log, string]): void }, service: string): Log {
  const write = (kind: keyof Log) => (line: string) => lines.add(service, [kind, line]);
  return { info: write("info"), notice: write("notice"), warning: write("warning") };
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
