import { databaseMessage } from "../database/database-failure.ts";
import type { Log } from "../log.ts";
import type { Exchange } from "../operations/exchange.ts";
import { addStep, emptyReport } from "./import-report.ts";
import type { ImportStep } from "./import-suppliers.ts";

/** Passes the steps on and logs what became of the import. */
export async function* logImport(
  steps: AsyncIterable<ImportStep>,
  log: Log,
  { requestId, traceId }: Partial<Exchange>,
): AsyncGenerator<ImportStep> {
  let report = emptyReport;
  let wasHeard = false;
  try {
    for await (const step of steps) {
      report = addStep(report, step);
      yield step;
    }
    wasHeard = true;
  } finally {
    const { cause, refusal, ...counts } = report;
    const facts = { requestId, traceId, ...counts };
    if (cause !== undefined) log.error(facts, `the import broke off: ${databaseMessage(cause)}`);
    else if (refusal) log.warn({ ...facts, refusal }, "the rest of a file of suppliers was refused");
    else if (!wasHeard) log.warn(facts, "an import ended because its client had gone");
    else log.info(facts, "a file of suppliers was imported");
  }
}

/** Passes the batches on; the client sees only that its connection ends. */
export async function* logExport<Batch extends readonly unknown[]>(
  batches: AsyncIterable<Batch>,
  log: Log,
  { requestId, traceId }: Partial<Exchange>,
): AsyncGenerator<Batch> {
  let rows = 0;
  try {
    for await (const batch of batches) {
      yield batch;
      rows += batch.length;
    }
    log.info({ requestId, traceId, rows }, "the suppliers were exported");
  } catch (error) {
    log.error({ requestId, traceId, rows }, `the export broke off: ${databaseMessage(error)}`);
    throw error;
  }
}
