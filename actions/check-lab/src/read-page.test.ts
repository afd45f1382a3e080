import { createServer, type RequestListener } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { createReadPage } from "./read-page.ts";
import { listProblem } from "./site-pages.ts";

/** Serves on loopback until the test ends; returns the address of its list. */
async function serve(listener: RequestListener, onSocket?: (socket: Socket) => void): Promise<string> {
  const server = createServer(listener);
  if (onSocket) server.on("connection", onSocket);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/suppliers`;
}

const table = `<h1>All suppliers</h1><table><tr><th>Name<th>City<th>Phone</tr></table>`;
/** Sends for ever, as long as somebody reads. */
const endless =
  (first: string): RequestListener =>
  (_, response) => {
    response.write(first);
    const more = () => {
      while (response.write("<td>".repeat(16_384)));
      response.once("drain", more);
    };
    more();
  };

it.each<[string, RequestListener, RegExp | undefined]>([
  ["an endless page with its list first", endless(table), undefined],
  ["an endless page of something else", endless("<h1>Data</h1>"), /without a list of suppliers: "Data"/],
  ["a page of unclosed comments and tags", (_, r) => r.end("<!--<a '".repeat(120_000)), /without a list/],
  ["a list with a broken comment after it", (_, r) => r.end(`${table}<!-- end`), undefined],
  ["a list whose table is commented out", (_, r) => r.end(`<!--${table}--><p>There was`), /list/],
  [
    "a link to add that is in the navigation only",
    (_, r) => r.end('<nav><a href="/supplier-add">A</a></nav>No'),
    /list/,
  ],
  ["an empty list with its link to add", (_, r) => r.end('<a href="/supplier-add">Add</a>'), undefined],
  ["a list of another markup", (_, r) => r.end("<h2>Nos fournisseurs</h2><ul><li>Kona</li></ul>"), undefined],
  ["a redirect to the same list with a slash", redirect("/suppliers", "/suppliers/"), undefined],
  ["a redirect to itself", redirect("/suppliers", "/suppliers"), /redirects without end, to http/],
  [
    "a redirect to another host",
    redirect("/suppliers", "http://x.test/"),
    /redirects to another host, http:\/\/x/,
  ],
  ["a connection that is cut", (_, r) => r.destroy(), /sends no whole page \(socket hang up\)/],
  [
    "a page that is cut",
    (_, r) => r.writeHead(200, { "content-length": 9 }).write("a", () => r.destroy()),
    /aborted/,
  ],
])("reads %s", async (_, listener, problem) => {
  const page = await createReadPage()(await serve(listener));
  expect(listProblem(page) ?? "").toMatch(problem ?? /^$/);
});

function redirect(from: string, location: string): RequestListener {
  return ({ url }, response) =>
    url === from ? response.writeHead(302, { location }).end() : response.end(table);
}

it("waits once for a site that accepts connections and sends nothing", async () => {
  let connections = 0;
  const address = await serve(
    () => {},
    () => {
      connections++;
    },
  );
  const read = createReadPage();
  expect(await read(address)).toMatchObject({
    problem: expect.stringMatching(/sends no whole page \(nothing/),
  });
  expect(await read(`${address}/more`)).toMatchObject({
    problem: expect.stringMatching(/nothing within 3 s/),
  });
  expect(connections).toBe(1);
});

it("cannot check a site that it does not reach", async () => {
  await expect(createReadPage()("http://127.0.0.1:9/suppliers")).rejects.toThrow(
    "http://127.0.0.1:9/suppliers cannot be reached from here (connect ECONNREFUSED 127.0.0.1:9)",
  );
});
