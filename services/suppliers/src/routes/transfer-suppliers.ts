import type { Context, Hono } from "hono";
import { accepts } from "hono/accepts";
import { isDatabaseUnreachable } from "../database/database-failure.ts";
import { exchangeOf } from "../operations/exchange.ts";
import { exportPath, importPath, type Site } from "../pages/layout.ts";
import { importPage } from "../pages/transfer-form.ts";
import { collectReport } from "../pages/transfer-json.ts";
import { reportPage } from "../pages/transfer-report.ts";
import { type SiteParts, viewOf } from "../site.ts";
import { readCsvRows } from "../transfer/csv-rows.ts";
import { toCsv } from "../transfer/export-suppliers.ts";
import type { Refusal } from "../transfer/import-refusal.ts";
import { type ImportReport, outcomeOf } from "../transfer/import-report.ts";
import { importSuppliers } from "../transfer/import-suppliers.ts";
import { logExport, logImport } from "../transfer/log-transfer.ts";
import { begin, pullBody, pushBody } from "../transfer/streams.ts";
import { discardBody, readUploadedFile } from "../transfer/upload.ts";
import { decodeUtf8 } from "../transfer/utf8.ts";

/** All suppliers as a CSV file, and the addition of those of a CSV file; a batch of them is in memory at a time. */
export function transferSuppliers(app: Hono, site: Site, { suppliers, log }: SiteParts): void {
  app.get(exportPath(site), async (c) => {
    // A database that is down is met before the answer begins; later it can only be cut off.
    const { all } = await begin(logExport(suppliers.batches(), log, exchangeOf(c)));
    return c.body(pullBody(toCsv(all)), 200, {
      "Content-Type": "text/csv; charset=utf-8; header=present",
      "Content-Disposition": `attachment; filename="suppliers-${today()}.csv"`,
      "Cache-Control": "no-store",
    });
  });

  app.get(importPath(site), (c) => c.html(importPage(viewOf(c, site))));

  app.post(importPath(site), async (c) => {
    const view = { ...viewOf(c, site), path: importPath(site) };
    const steps = logImport(importFile(c.req.raw, suppliers), log, exchangeOf(c));
    c.header("Cache-Control", "no-store");
    if (wantsJson(c)) {
      const { report, body } = await collectReport(view, steps);
      return c.json(body, statusOfReport(report));
    }
    const { first, all } = await begin(steps);
    if (first?.outcome === "failed" || first?.outcome === "broken-off") {
      await steps.return(undefined);
      throw first.cause;
    }
    if (first?.outcome === "ended") {
      await steps.return(undefined);
      return c.html(importPage(view, first.refusal), statusOfRefusal(first.refusal));
    }
    return c.body(pushBody(reportPage(view, all)), first?.outcome === "unknown" ? 503 : 200, {
      "Content-Type": "text/html; charset=UTF-8",
    });
  });
}

async function* importFile(request: Request, suppliers: SiteParts["suppliers"]) {
  try {
    yield* importSuppliers(readCsvRows(decodeUtf8(readUploadedFile(request))), suppliers);
  } finally {
    await discardBody(request);
  }
}

const wantsJson = (c: Context) =>
  accepts(c, {
    header: "Accept",
    supports: ["text/html", "application/json"],
    default: "text/html",
  }) === "application/json";

function statusOfReport(report: ImportReport) {
  if (report.cause !== undefined) return isDatabaseUnreachable(report.cause) ? 503 : 500;
  if (report.refusal) return statusOfRefusal(report.refusal);
  return outcomeOf(report) === "complete" ? 200 : 422;
}

function statusOfRefusal({ kind }: Refusal) {
  if (kind === "broken-upload") return 400;
  if (kind === "too-large") return 413;
  return kind === "wrong-content-type" ? 415 : 422;
}

const today = () => new Date().toISOString().slice(0, "2026-01-31".length);
