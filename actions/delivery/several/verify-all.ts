import { type Finding, fault, refuseFindings } from "../../core/findings.ts";
import type { Log } from "../../core/log.ts";
import { toFailure } from "../../core/run.ts";
import { shortRevision } from "../../ecs/revision.ts";
import type { DeliveryContext } from "../context.ts";
import { prepare } from "../prepare.ts";
import type { DeploymentRecord } from "../record.ts";
import type { Fleet } from "./fleet.ts";

export type Prepared = Awaited<ReturnType<typeof prepare>>;

/** Reads change nothing: more services at once would only be throttled. */
const readAtOnce = 10;

/**
 * Verifies and plans every service before one of them changes. Throws the problems of all together; one that several
 * services have is reported once.
 */
export async function verifyAll(
  { log, signal }: DeliveryContext,
  fleet: Fleet,
  several: DeploymentRecord,
): Promise<Map<DeploymentRecord, Prepared>> {
  const records = several.services;
  const prepared = new Map<DeploymentRecord, Prepared>();
  const lines: Note<[keyof Log, string]>[] = [];
  const faults: Note<Finding>[] = [];
  await fleet.run(records, readAtOnce, async (record) => {
    const { service } = record;
    const write = (kind: keyof Log) => (line: string) => void lines.push({ record, note: [kind, line] });
    const own = { info: write("info"), notice: write("notice"), warning: write("warning") };
    try {
      const inputs = fleet.inputsOf(service);
      // Schedules are verified once, and belong to no service of the list.
      const schedules = record === records[0] ? inputs.schedules : undefined;
      const found = await prepare(fleet.contextOf(service, own), { ...inputs, schedules }, record);
      prepared.set(record, found);
      faults.push(...otherFamily(record, found).map((note) => ({ record, note })));
    } catch (error) {
      signal.throwIfAborted();
      faults.push(...faultsOf(record, toFailure(error, signal)).map((note) => ({ record, note })));
    }
  });
  for (const [names, [kind, line]] of together(records, lines)) log[kind](`${names}: ${line}`);
  for (const [names, found] of together(records, faults))
    several.findings.push({ ...found, text: `${names}: ${found.text}` });
  // An older run of the workflow is one for every service.
  if (prepared.size === 0) several.status = records.find(({ status }) => status === "superseded")?.status;
  refuseFindings(several.findings, log);
  return prepared;
}

interface Note<Content> {
  readonly record: DeploymentRecord;
  readonly note: Content;
}

/** Returns each note once, with the names of its services, in their order. */
function together<Content>(records: readonly DeploymentRecord[], notes: readonly Note<Content>[]) {
  const sorted = records.flatMap((record) => notes.filter((each) => each.record === record));
  return [...Map.groupBy(sorted, ({ note }) => JSON.stringify(note))].map(([key, of]): [string, Content] => {
    const names = [...new Set(of.map(({ record }) => record.service))];
    const isAll = names.length > 2 && names.length === records.length;
    return [isAll ? `all ${names.length} services` : names.join(", "), JSON.parse(key)];
  });
}

/** Findings are on the record, unless the read that failed came before them. */
function faultsOf({ findings }: DeploymentRecord, error: ReturnType<typeof toFailure>): Finding[] {
  const faults = findings.filter(({ kind }) => kind === undefined);
  const fix = error.nextStep?.replace(/(, and run the job again)?; nothing was changed\.$/, "");
  return faults.length > 0 ? faults : fault(error.message, fix);
}

/** A revision of one family in a service of another one is an error of the list. */
function otherFamily({ revisionBefore, service }: DeploymentRecord, { wanted }: Prepared): Finding[] {
  const running = shortRevision(revisionBefore).split(":")[0];
  const family = wanted.taskDefinition?.family;
  if (!running || running === family) return [];
  return fault(
    `it runs the family ${running}, and this task definition is of the family ${family}`,
    `remove ${service} from the input services, or deploy ${family} to it in a step of its own (input service)`,
  );
}
