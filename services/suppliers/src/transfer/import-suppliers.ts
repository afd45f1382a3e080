import {
  type FieldName,
  type FieldProblem,
  fieldNames,
  parseSupplierFields,
  type SupplierFields,
} from "../domain/supplier.ts";
import { batchSize, type SupplierStore } from "../domain/supplier-queries.ts";
import { changedNothing } from "./changed-nothing.ts";
import { readColumns } from "./csv-columns.ts";
import type { CsvRow } from "./csv-rows.ts";
import { ImportRefusal, type Refusal } from "./import-refusal.ts";

/** A row with the wrong number of values cannot be told by fields. */
export type RowProblem =
  | { readonly line: number; readonly field: FieldName; readonly problem: FieldProblem }
  | { readonly line: number; readonly values: number };

/**
 * `refused`: a row of the batch has a problem, so none of it was written. `failed`: the database did not take it.
 * `unknown`: the database was lost while it was written; only a look at the list tells.
 */
export type BatchOutcome = "imported" | "refused" | "failed" | "unknown";

export interface BatchResult {
  readonly outcome: BatchOutcome;
  readonly firstLine: number;
  readonly lastLine: number;
  readonly rows: number;
  readonly problems: readonly RowProblem[];
  /** Why the database did not take it. */
  readonly cause?: unknown;
}

/** The last step of a file that is not read to its end: what stands before it in an unfinished batch is not written. */
export type ImportEnd =
  | { readonly outcome: "ended"; readonly refusal: Refusal }
  | { readonly outcome: "broken-off"; readonly cause: unknown };

export type ImportStep = BatchResult | ImportEnd;

interface Batch {
  firstLine: number;
  lastLine: number;
  rows: number;
  readonly suppliers: SupplierFields[];
  readonly problems: RowProblem[];
}

/**
 * Adds the suppliers of a CSV file, all or none of each `batchSize` rows, and reads on only when a batch is
 * written. Ends with the first batch that the database does not take.
 */
export async function* importSuppliers(
  file: AsyncIterable<readonly CsvRow[]>,
  suppliers: Pick<SupplierStore, "addAll">,
): AsyncGenerator<ImportStep> {
  try {
    for await (const batch of readBatches(file)) {
      const result = await write(batch, suppliers);
      yield result;
      if (result.cause !== undefined) return;
    }
  } catch (error) {
    yield error instanceof ImportRefusal
      ? { outcome: "ended", refusal: error.refusal }
      : { outcome: "broken-off", cause: error };
  }
}

async function* readBatches(file: AsyncIterable<readonly CsvRow[]>): AsyncGenerator<Batch> {
  let columns: readonly FieldName[] | undefined;
  let batch = createBatch();
  let hasRows = false;
  for await (const rows of file)
    for (const row of rows) {
      if (!columns) {
        columns = readColumns(row.values);
        continue;
      }
      hasRows = true;
      addRow(batch, row, columns);
      if (batch.rows < batchSize) continue;
      yield batch;
      batch = createBatch();
    }
  if (!columns) throw new ImportRefusal({ kind: "empty-file" });
  if (!hasRows) throw new ImportRefusal({ kind: "no-rows" });
  if (batch.rows > 0) yield batch;
}

const createBatch = (): Batch => ({ firstLine: 0, lastLine: 0, rows: 0, suppliers: [], problems: [] });

function addRow(batch: Batch, { firstLine, lastLine, values }: CsvRow, columns: readonly FieldName[]): void {
  batch.firstLine ||= firstLine;
  batch.lastLine = lastLine;
  batch.rows++;
  if (values.length !== columns.length) {
    batch.problems.push({ line: firstLine, values: values.length });
    return;
  }
  const parsed = parseSupplierFields(
    Object.fromEntries(columns.map((column, index) => [column, values[index]])),
  );
  if (parsed.valid) batch.suppliers.push(parsed.fields);
  else
    for (const field of fieldNames) {
      const problem = parsed.problems[field];
      if (problem) batch.problems.push({ line: firstLine, field, problem });
    }
}

async function write(batch: Batch, store: Pick<SupplierStore, "addAll">): Promise<BatchResult> {
  const { suppliers, ...facts } = batch;
  if (batch.problems.length > 0) return { ...facts, outcome: "refused" };
  try {
    await store.addAll(suppliers);
    return { ...facts, outcome: "imported" };
  } catch (cause) {
    return { ...facts, outcome: changedNothing(cause) ? "failed" : "unknown", cause };
  }
}
