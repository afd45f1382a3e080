import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { inventSupplier } from "../domain/invented-suppliers.ts";
import { fieldNames } from "../domain/supplier.ts";
import {
  csv,
  exportPath,
  importPath,
  line,
  lines,
  send,
  startTransferTest,
  submit,
  type TransferTest,
} from "../transfer/transfer.support.ts";
import { uploadLimitBytes } from "../transfer/upload.ts";

let transfer: TransferTest;
beforeAll(async () => {
  transfer = await startTransferTest();
});
afterAll(() => transfer.remove());
beforeEach(() => transfer.empty());

describe("the import by a form", () => {
  it("asks for a file and says what is expected, in both languages", async () => {
    const english = await (await transfer.app.request(importPath)).text();
    expect(english).toContain('enctype="multipart/form-data"');
    expect(english).toContain(fieldNames.join(", "));
    const french = await (
      await transfer.app.request(importPath, { headers: { "accept-language": "fr" } })
    ).text();
    expect(french).toContain("Fichier CSV");
    expect(french).toContain("20 Mo");
  });

  it("shows every batch and the result", async () => {
    const response = await submit(transfer.app, csv(...lines(1500)));
    expect(response.status).toBe(200);
    const page = await response.text();
    expect(page).toContain('<li data-outcome="imported">Lines 2–1,001: 1,000 imported</li>');
    expect(page).toContain('<li data-outcome="imported">Lines 1,002–1,501: 500 imported</li>');
    expect(page).toContain('data-outcome="complete" data-imported-rows="1500" data-other-rows="0"');
    expect(page).toContain("All 1,500 suppliers are imported.");
    expect(page.match(/<\/html>/g)).toHaveLength(1);
    expect(await transfer.count()).toBe(1500);
  });

  it("names what is wrong by line and field, a hundred times at most", async () => {
    const rows = lines(2000);
    for (let number = 1500; number < 1650; number++)
      rows[number] = line({ ...inventSupplier(number), email: "<b>" });
    const page = await (await submit(transfer.app, csv(...rows), { "accept-language": "fr" })).text();
    expect(page).toMatch(/Ligne 1\s502\s: Le champ «\sE-mail\s» doit être une adresse e-mail/);
    expect(page.match(/Le champ «\sE-mail\s»/g)).toHaveLength(100);
    expect(page).toContain("Il y a 50 autres erreurs");
    expect(page).toContain('data-outcome="partial" data-imported-rows="1000" data-other-rows="1000"');
    expect(await transfer.count()).toBe(1000);
  });

  it("is sent while it runs", async () => {
    const written = Promise.withResolvers<void>();
    let batches = 0;
    const slow = {
      addAll: () => (++batches === 2 ? written.promise : Promise.resolve()),
    };
    const response = await transfer.appWith(slow).request(importPath, {
      method: "POST",
      body: csv(...lines(1500)),
      headers: { "content-type": "text/csv" },
    });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let page = "";
    while (!page.includes("Lines 2–1,001")) page += (await reader?.read())?.value ?? "";
    expect(page).not.toContain("Result");
    written.resolve();
    for (;;) {
      const piece = await reader?.read();
      if (!piece || piece.done) break;
      page += piece.value;
    }
    expect(page).toContain('data-outcome="complete"');
  });

  it("without a chosen file shows the form again", async () => {
    const response = await transfer.app.request(importPath, {
      method: "POST",
      body: '--XX\r\nContent-Disposition: form-data; name="file"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n\r\n--XX--\r\n',
      headers: { "content-type": "multipart/form-data; boundary=XX" },
    });
    expect(response.status).toBe(422);
    expect(await response.text()).toContain('data-refusal="no-file"');
  });

  it("escapes what the file says, once", async () => {
    const response = await submit(transfer.app, 'name,"<script>alert(1)</script>"\nx,y\n');
    expect(response.status).toBe(422);
    expect(await response.text()).toContain("“&lt;script&gt;alert(1)&lt;/script&gt;”");
  });

  it("from a page that is not ours is refused", async () => {
    const headers = { origin: "http://evil.example", "sec-fetch-site": "cross-site", host: "localhost" };
    expect((await submit(transfer.app, csv(...lines(1)), headers)).status).toBe(403);
    const asCsv = {
      method: "POST",
      body: csv(...lines(1)),
      headers: { ...headers, "content-type": "text/csv" },
    };
    expect((await transfer.app.request(importPath, asCsv)).status).toBe(403);
    // A browser would have asked first whether it may send that to another site, and is not told that it may.
    const preflight = await transfer.app.request(importPath, { method: "OPTIONS", headers });
    expect(preflight.headers.get("access-control-allow-origin")).toBeNull();
    expect(await transfer.count()).toBe(0);
  });
});

describe("the import by a script", () => {
  it("reports facts", async () => {
    const rows = lines(1002);
    rows[1001] = "too,few";
    const response = await send(transfer.app, csv(...rows));
    expect(response.status).toBe(422);
    expect(await response.json()).toEqual({
      outcome: "partial",
      importedRows: 1000,
      otherRows: 2,
      messages: expect.arrayContaining(["Imported rows: 1,000. Rows not imported: 2."]),
      batches: [
        { outcome: "imported", firstLine: 2, lastLine: 1001, rows: 1000 },
        { outcome: "refused", firstLine: 1002, lastLine: 1003, rows: 2 },
      ],
      problems: [
        { line: 1003, values: 2, expectedValues: 6, message: "Line 1,003: has 2 values for 6 columns" },
      ],
      unlistedProblems: 0,
    });
  });

  it.each([
    ["all rows in", csv(...lines(3)), {}, 200, "complete"],
    ["other columns", "a,b\n", {}, 422, "none"],
    [
      "another encoding",
      Buffer.from(csv(line({ ...inventSupplier(1), name: "café" })), "latin1"),
      {},
      422,
      "none",
    ],
    ["another type", "{}", { "content-type": "application/json" }, 415, "none"],
    ["a broken form", "x", { "content-type": "multipart/form-data" }, 400, "none"],
    ["too large a file", "x", { "content-length": String(uploadLimitBytes + 1) }, 413, "none"],
  ])("with %s has the right status", async (_, body, headers, status, outcome) => {
    const response = await send(transfer.app, body, headers as Record<string, string>);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ outcome });
  });

  it("keeps the batches before a broken row, and says where it ended", async () => {
    const report = await (await send(transfer.app, csv(...lines(1500), '"x'))).json();
    expect(report).toMatchObject({
      outcome: "partial",
      importedRows: 1000,
      refusal: { kind: "broken-quotes", line: 1502 },
      messages: expect.arrayContaining(["The import ended here. Nothing after line 1,001 is imported."]),
    });
    expect(await transfer.count()).toBe(1000);
  });
});

describe("with the database down", () => {
  /** Takes the database down after a batch. */
  const failing = (batchesBefore: number) => {
    let batches = 0;
    return transfer.appWith({
      addAll: async (rows) => {
        if (batches++ === batchesBefore) await transfer.testDatabase.takeDown();
        await transfer.suppliers.addAll(rows);
      },
    });
  };
  const request = (accept: string) => ({
    method: "POST",
    body: csv(...lines(3000)),
    headers: { "content-type": "text/csv", accept },
  });

  it("before the first batch, pages are answered with 503", async () => {
    await transfer.testDatabase.takeDown();
    expect((await transfer.app.request(exportPath)).status).toBe(503);
    expect((await transfer.app.request(importPath, request("text/html"))).status).toBe(503);
    expect((await transfer.app.request(importPath, request("application/json"))).status).toBe(503);
    await transfer.testDatabase.bringUp();
    // Until the pause between two attempts to connect is over.
    await expect.poll(async () => (await transfer.app.request(exportPath)).status).toBe(200);
  });

  it("half-way, the page says which lines are in", async () => {
    const page = await (await failing(1).request(importPath, request("text/html"))).text();
    expect(page).toContain("Lines 2–1,001: 1,000 imported");
    expect(page).toMatch(/<li data-outcome="(failed|unknown)">Lines 1,002–2,001: /);
    expect(page).not.toContain("Lines 2,002");
    expect(page).toContain('data-outcome="partial" data-imported-rows="1000" data-other-rows="1000"');
    expect(transfer.logged.some((message) => message.startsWith("the import broke off: "))).toBe(true);
    await transfer.testDatabase.bringUp();
    expect(await transfer.count()).toBe(1000);
  });
});
