import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestService, type TestService } from "../test-service.support.ts";
import {
  csv,
  exportPath,
  importPath,
  lines,
  startTransferTest,
  type TransferTest,
} from "./transfer.support.ts";

const rows = 100_000;

let transfer: TransferTest;
let service: TestService;
beforeAll(async () => {
  transfer = await startTransferTest();
  service = await startTestService("employee", transfer.testDatabase.environment);
});
afterAll(async () => {
  service.process.kill("SIGKILL");
  await service.ended;
  await transfer.remove();
});

const ask = (path: string, init?: RequestInit) => fetch(`${service.url}${path}`, init);

/** Posts a file as a browser's form does, and counts the health checks that are answered meanwhile. */
async function importFile(file: string) {
  const body = new FormData();
  body.set("file", new File([file], "suppliers.csv"));
  const page = ask(importPath, { method: "POST", body }).then((response) => response.text());
  let running = true;
  page.finally(() => {
    running = false;
  });
  const statuses = new Set<number>();
  let checks = 0;
  for (; running; checks++) statuses.add((await ask("/admin/health")).status);
  return { page: await page, checks, statuses: [...statuses] };
}

describe("a service that imports 100,000 suppliers", () => {
  it("takes them all, answers others meanwhile, and gives the same file back", async () => {
    const file = csv(...lines(rows));
    const { page, checks, statuses } = await importFile(file);
    expect(page).toContain(`data-outcome="complete" data-imported-rows="${rows}"`);
    expect(page.match(/<li data-outcome="imported">/g)).toHaveLength(rows / 1000);
    expect(statuses).toEqual([200]);
    expect(checks, "more than one for every batch").toBeGreaterThan(rows / 1000);
    const exported = await (await ask(exportPath)).text();
    expect(exported).toBe(file.replaceAll("\n", "\r\n"));
  });

  it("answers others also while it reads nothing but mistakes", async () => {
    const bad = csv(...lines(rows)).replaceAll("@", " at ");
    const { page, checks } = await importFile(bad);
    expect(page).toContain(`data-outcome="none" data-imported-rows="0" data-other-rows="${rows}"`);
    expect(checks).toBeGreaterThan(rows / 2000);
    expect(await transfer.count()).toBe(rows);
  });
});

describe("a service that exports 100,000 suppliers", () => {
  it("cuts the connection when it loses the database", async () => {
    const { port } = new URL(service.url);
    const client = connect(Number(port), "127.0.0.1");
    client.write(`GET ${exportPath} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await new Promise((done) => client.once("readable", done));
    // The client reads nothing, so the service waits with most of the table unread.
    await transfer.testDatabase.takeDown();
    let received = "";
    for await (const chunk of client) received += chunk;
    expect(received).toMatch(/^HTTP\/1.1 200 OK\r\n/);
    expect(received.endsWith("\r\n0\r\n\r\n"), "as a whole answer ends").toBe(false);
    expect((await ask("/admin/health")).status).toBe(200);
    await transfer.testDatabase.bringUp();
  });
});
