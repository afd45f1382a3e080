import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { createVisitors } from "./load.ts";
import { startLoad } from "./load-generator.ts";

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function serve(answer: (path: string, count: number) => number | "reset"): Promise<string> {
  let count = 0;
  server = createServer((request, response) => {
    const status = answer(request.url ?? "", ++count);
    if (status === "reset") request.socket.destroy();
    else response.writeHead(status).end("body");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it.each([
  ["responses that are not 2xx", 503 as const, /^http:[^ ]+: HTTP 503$/],
  ["requests without a response", "reset" as const, /^http:[^ ]+: \D/],
])("counts %s as failed, by phase, and shows the first five", async (_, answer, failure) => {
  const { promise: first, resolve: firstEnds } = Promise.withResolvers<void>();
  const { promise: second, resolve: secondEnds } = Promise.withResolvers<void>();
  let healthy = true;
  const address = await serve((_, count) => {
    if (count === 40) firstEnds();
    if (count === 120) secondEnds();
    return healthy ? 200 : answer;
  });
  const load = startLoad([`${address}/`], { requestsPerSecond: 500 });
  load.beginPhase("healthy");
  await first;
  healthy = false;
  load.beginPhase("ill");
  await second;
  const [before, after] = await load.stop();
  expect(before?.name).toBe("healthy");
  expect(before?.requests).toBeGreaterThan(0);
  expect(after?.failed).toBe(after?.requests);
  expect(after?.failures).toEqual(Array(5).fill(expect.stringMatching(failure)));
});

it("changes to another level without losing a request", async () => {
  let answered = 0;
  const { promise: first, resolve: firstEnds } = Promise.withResolvers<void>();
  const { promise: second, resolve: secondEnds } = Promise.withResolvers<void>();
  const { promise: third, resolve: thirdEnds } = Promise.withResolvers<void>();
  const address = await serve((_, count) => {
    answered = count;
    if (count === 40) firstEnds();
    if (count === 80) secondEnds();
    if (count === 160) thirdEnds();
    return 200;
  });
  const load = startLoad([`${address}/`], { connections: 1 });
  load.beginPhase("one after the other");
  await first;
  load.beginPhase("at a rate", { requestsPerSecond: 500 });
  await second;
  load.beginPhase("one after the other again", { connections: 1 });
  await third;
  const phases = await load.stop();
  expect(phases.map(({ failed }) => failed)).toEqual([0, 0, 0]);
  for (const { requests } of phases) expect(requests).toBeGreaterThan(0);
  // The first was due before the first phase began, and nothing else is sent before its response.
  const counted = phases.reduce((sum, { requests }) => sum + requests, 0);
  expect(counted).toBeGreaterThanOrEqual(answered - 1);
});

it("visitors come in turn to each address, until they are stopped", async () => {
  await using ends = new AsyncDisposableStack();
  const { promise: both, resolve } = Promise.withResolvers<void>();
  const seen = new Set<string>();
  const address = await serve((path) => {
    if (seen.add(path).size === 2) resolve();
    return 200;
  });
  const visitors = createVisitors([`${address}/`, `${address}/suppliers`], 10, ends);
  for (let turn = 0; turn < 5; turn++) {
    visitors.start();
    visitors.stop();
  }
  expect(visitors.perSecond).toBe(0);
  visitors.start();
  visitors.start();
  await both;
  expect(visitors.perSecond).toBe(10);
  visitors.stop();
  expect(visitors.perSecond).toBe(0);
});
