import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { inventSupplier } from "../domain/invented-suppliers.ts";
import {
  csv,
  exportPath,
  header,
  lines,
  send,
  startTransferTest,
  type TransferTest,
} from "../transfer/transfer.support.ts";

let transfer: TransferTest;
beforeAll(async () => {
  transfer = await startTransferTest();
});
afterAll(() => transfer.remove());
beforeEach(() => transfer.empty());

const exported = async () => Buffer.from(await (await transfer.app.request(exportPath)).arrayBuffer());

describe("the export", () => {
  it("is a file to save, of RFC 4180 in UTF-8 with the mark that Excel needs", async () => {
    await send(transfer.app, csv('Café « Noir »,"1, ""Quay""",Cork,IE,ob@example.com,+353 21 555'));
    const response = await transfer.app.request(exportPath);
    expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8; header=present");
    expect(response.headers.get("content-disposition")).toMatch(
      /^attachment; filename="suppliers-\d{4}-\d\d-\d\d\.csv"$/,
    );
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(Buffer.from(await response.arrayBuffer()).toString()).toBe(
      `\uFEFF${header}\r\nCafé « Noir »,"1, ""Quay""",Cork,IE,ob@example.com,+353 21 555\r\n`,
    );
  });

  it("of nothing names the columns", async () => {
    expect((await exported()).toString()).toBe(`\uFEFF${header}\r\n`);
  });

  it("comes back the same through an import, byte by byte", async () => {
    const plain = inventSupplier(0);
    await transfer.suppliers.addAll([
      { ...plain, name: '=HYPERLINK("http://evil.example")', address: "@x", city: "-1", state: "+1" },
      { ...plain, name: '"', address: "a,b;c", city: "咖啡 ☕", state: "𝄞", email: "o'brien@example.com" },
    ]);
    await send(transfer.app, csv(...lines(2500)));
    const first = await exported();
    await transfer.empty();
    expect((await send(transfer.app, first)).status).toBe(200);
    expect(await exported()).toEqual(first);
    expect(await transfer.count()).toBe(2502);
  });

  it("whose client goes away reads no further", async () => {
    await send(transfer.app, csv(...lines(5000)));
    let batches = 0;
    const counting = {
      async *batches() {
        for await (const batch of transfer.suppliers.batches()) {
          batches++;
          yield batch;
        }
      },
    };
    const reader = (await transfer.appWith(counting).request(exportPath)).body?.getReader();
    await reader?.read();
    await reader?.read();
    await reader?.cancel();
    expect(batches).toBeLessThan(4);
  });

  it("that fails half-way breaks off", async () => {
    await send(transfer.app, csv(...lines(1500)));
    const failing = {
      async *batches() {
        for await (const batch of transfer.suppliers.batches()) {
          yield batch;
          throw new Error("the disk is gone");
        }
      },
    };
    const response = await transfer.appWith(failing).request(exportPath);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow("the disk is gone");
    expect(transfer.logged).toContain("the export broke off: the disk is gone");
  });
});
