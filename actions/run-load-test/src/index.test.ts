import { expect, test } from "vitest";
import { runEntry } from "../../core/entry.support.ts";
import { serve } from "../../load/server.support.ts";

const runAction = (inputs: Record<string, string>) =>
  runEntry("run-load-test", { inputs: { "allowed-hosts": "127.0.0.1", duration: "1s", ...inputs } });

const unknownName =
  /web\.invalid\/ cannot be reached: .*\((ENOTFOUND|EAI_AGAIN)\). Next step: check its name/;

test.each<[string, Record<string, string>, RegExp]>([
  ["a host that is not allowed", { targets: "http://web.example/" }, /web\.example is not in allowed-hosts/],
  [
    "a port where nothing listens",
    { targets: "http://127.0.0.1:1/" },
    /cannot be reached: .*\(ECONNREFUSED\)\. Next step: check the port/,
  ],
  ["an unknown name", { targets: "http://web.invalid/", "allowed-hosts": "web.invalid" }, unknownName],
  ["another status", { targets: "ORIGIN/ill" }, /\/ill returns 503 before the load/],
  ["a redirect", { targets: "ORIGIN/moved" }, /returns 301, a redirect to https:\/\/web\.example\//],
  ["two", { targets: "ORIGIN/ill\nORIGIN/moved" }, /2 things to correct: .*\/ill .*\/moved /],
])("reports %s in one error before any load", async (_, inputs, message) => {
  let count = 0;
  const origin = await serve(({ url }, response) => {
    count++;
    if (url === "/ill") response.writeHead(503).end();
    if (url === "/moved") response.writeHead(301, { location: "https://web.example/" }).end();
  });
  const targets = inputs.targets?.replaceAll("ORIGIN", origin) ?? "";
  const { exitCode, errors } = await runAction({ ...inputs, targets });
  expect(exitCode).toBe(1);
  expect(errors).toEqual([expect.stringMatching(message)]);
  expect(errors[0]).toContain("Next step: ");
  expect(count).toBeLessThanOrEqual(2);
});

test.each(["none", "package.json"])("refuses to merge %s", async (merge) => {
  const { exitCode, errors } = await runAction({ merge, duration: "", "allowed-hosts": "" });
  expect(exitCode).toBe(1);
  expect(errors).toEqual([expect.stringContaining(`Folder ${merge} contains no report`)]);
});
