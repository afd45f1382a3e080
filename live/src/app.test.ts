import { expect, it } from "vitest";
import { createAccess } from "./access.ts";
import { createApp } from "./app.ts";
import { exampleDeployment, exampleNow, exampleParts, exampleService, exampleSide } from "./parts.support.ts";
import { createWatch } from "./watch.ts";

const clock = { now: () => exampleNow, wait: () => new Promise<void>(() => {}) };

/** Requests a page of a server that shows these parts. */
async function get(path: string, { parts = exampleParts(), headers = {} as Record<string, string> } = {}) {
  const observe = async () => ({ parts: new Map(Object.entries(parts)), pauseMs: 1000 });
  const watch = createWatch({ observe, clock });
  const app = await createApp({ watch, clock, extensions: [], host: "127.0.0.1", access: createAccess() });
  const response = await app.request(`http://127.0.0.1:4567${path}`, {
    headers: { host: "127.0.0.1:4567", ...headers },
  });
  const text = await response.text();
  return { response, text, status: response.status };
}

it("shows the present state to a browser without JavaScript", async () => {
  const { text, status } = await get("/");
  expect(status).toBe(200);
  for (const shown of [
    "web:3",
    "web:4",
    "70 %",
    "30 %",
    "12.5",
    "AllowTraffic".slice(0, 5),
    "0:30",
    "web-errors: OK",
  ])
    expect(text).toContain(shown);
  expect(text).toContain("Without JavaScript, this is the state when the page was loaded.");
});

it.each([
  ["/", { "accept-language": "fr-CA, en;q=0.5" }, "fr"],
  ["/", { "accept-language": "de" }, "en"],
  ["/?lang=fr", { "accept-language": "en" }, "fr"],
  ["/?lang=x", {}, "en"],
])("GET %s with %j is in %s", async (path, headers, language) => {
  const { text } = await get(path, { headers });
  expect(text).toContain(`<html lang="${language}">`);
});

it("keeps the chosen language in its links", async () => {
  const { text } = await get("/?lang=fr");
  expect(text).toContain('href="/services/production/web?lang=fr"');
});

it("says that a service is gone, and links to the others", async () => {
  const { text } = await get("/services/production/none");
  expect(text).toContain("The cluster production has no service none");
  expect(text).toContain('href="/"');
});

it("refuses an unknown address with a page that says so", async () => {
  const { text, status } = await get("/nothing");
  expect(status).toBe(404);
  expect(text).toContain("This page does not exist");
});

it("shows an event of an unknown kind with its own words", async () => {
  const deployment = exampleDeployment("web", {
    events: [
      { name: "Ponder", status: "Musing", startedAt: undefined, endedAt: undefined, message: undefined },
    ],
  });
  const parts = { ...exampleParts(), "deployment/production/web/d-EXAMPLE01": deployment };
  const { text } = await get("/", { parts });
  expect(text).toContain("Ponder");
  expect(text).toContain("Musing");
});

it("shows why a deployment was rolled back, not that its rollback succeeded", async () => {
  const failed = exampleDeployment("web", {
    verdict: "rolled-back",
    cause: "Container web exited with code 1: no <menu>",
    fix: "read its log",
    run: "/runs/7",
    rolledBackBy: "d-EXAMPLE02",
  });
  const rollback = exampleDeployment("web", {
    id: "d-EXAMPLE02",
    verdict: "succeeded",
    rollbackOf: failed.id,
    createdAt: exampleNow,
  });
  const [failedKey, rollbackKey] = [failed, rollback].map(({ id }) => `deployment/production/web/${id}`);
  const parts = { ...exampleParts(), [failedKey as string]: failed, [rollbackKey as string]: rollback };
  const { text } = await get("/?lang=en", { parts });
  expect(text).toContain("Last deployment was rolled back");
  expect(text).toContain("Container web exited with code 1: no &#60;menu&#62;<br><b>Fix:</b> read its log");
  expect(text).toContain('<a href="/runs/7?lang=en" rel="noreferrer">workflow run</a>');
  expect(text).not.toContain("Last deployment succeeded");
});

it("shows a service that waits for its first deployment without alarm", async () => {
  const stoppedTasks = [
    { id: "1", revision: "web:1", stoppedAt: exampleNow, reason: "CannotPullContainerError" },
  ];
  const parts = { "service/production/web": exampleService("web", { running: 0, stoppedTasks }) };
  const { text } = await get("/", { parts });
  expect(text).toContain('<span class="pill quiet">Not deployed yet</span>');
  expect(text).toContain("CannotPullContainerError");
  expect(text).not.toContain("Tasks missing");
});

it("shows a healthy new service without alarm: no tasks of the revision before its first image, no dash", async () => {
  const task = { id: "1", stoppedAt: exampleNow, reason: "CannotPullContainerError" };
  const stoppedTasks = ["web:1", "web:4"].map((revision) => ({ ...task, revision }));
  const sides = [exampleSide("blue", { traffic: undefined }), exampleSide("green", { tasks: [] })];
  const parts = {
    "service/production/web": exampleService("web", { running: 2, desired: 1, sides, stoppedTasks }),
    "deployment/production/web/d-EXAMPLE01": exampleDeployment("web", { from: undefined }),
  };
  const { text } = await get("/", { parts });
  expect(text).toContain("tasks running: 2, desired: 1");
  expect(text).toContain("web:4: CannotPullContainerError");
  expect(text).not.toContain("web:1: CannotPullContainerError");
  expect(text).toContain("no requests");
  expect(text).not.toContain("–");
});

it("escapes what AWS returns", async () => {
  const events = [{ at: exampleNow, message: '<script>alert("x")</script>' }];
  const parts = { "service/production/web": exampleService("web", { events }) };
  const { text } = await get("/", { parts });
  expect(text).not.toContain("<script>alert");
  expect(text).toContain("&#60;script&#62;");
});

it("shows stacks with their resources, and what happened lately", async () => {
  const { text } = await get("/account");
  for (const shown of [
    ...["network", "1 of 2 resources ready", "EC2 VPC", "d-EXAMPLE01 began"],
    "<b>network/Database</b> create failed: The quota is used up",
  ])
    expect(text).toContain(shown);
});

it("shows each resource in the one that it is in, with its state, and target groups with share and tasks", async () => {
  const { text } = await get("/account");
  for (const shown of ["LabVPC", "mysql 8.4", "modifying", "green00"]) expect(text).toContain(shown);
  const shares = /aria-label="Listener HTTP 80">.*?aria-label="Listener HTTP 8080"/s.exec(text)?.[0] ?? "";
  expect(shares.match(/\d+ %/g)).toEqual(["70 %", "30 %"]);
});

it("shows the cost of a month, of this month so far, and what has no price", async () => {
  const { text } = await get("/account");
  // An hour of 730.
  for (const shown of ["$73.00", "<dd>$0.10</dd>", "us-east-1 of 2026-10-08", "Not counted: AWS::Glue::Job."])
    expect(text).toContain(shown);
  const french = await get("/account?lang=fr");
  expect(french.text).toContain("73,00\u00a0$US");
});

it("says why an estimate is missing", async () => {
  const problem = "The template of shop uses Fn::Transform";
  const { text } = await get("/account", {
    parts: { ...exampleParts(), cost: { problem } },
  });
  expect(text).toContain(`No estimate: ${problem}.`);
});

it.each([
  ["/account", "ec2:DescribeVpcs", "EC2", "This account has nothing to show yet"],
  ["/", "ecs:ListClusters", "ECS", "No service runs here yet"],
])(
  "%s without the right %s says that it is missing, not that there is nothing",
  async (path, right, source, nothing) => {
    const problem = { source, kind: "denied", message: `not authorized to perform: ${right}`, since: 0 };
    const { text } = await get(path, { parts: { [`problem/${source}`]: problem } });
    expect(text).toContain(`<strong>${source}</strong> does not permit this page to read.`);
    expect(text).toContain(right);
    expect(text).not.toContain(nothing);
    expect((await get(path, { parts: {} })).text).toContain(nothing);
  },
);

it("permits scripts and styles of its own only", async () => {
  const { response, text } = await get("/");
  const policy = response.headers.get("Content-Security-Policy");
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
  expect(text).not.toMatch(/ style="|<style|<script>| on\w+="/);
});

it("refuses a host that is not its own (DNS rebinding)", async () => {
  const { text, status } = await get("/", { headers: { host: "coffee.example:4567" } });
  expect(status).toBe(403);
  expect(text).toContain('no host "coffee.example"');
});

it("serves its files, which a browser keeps until they change", async () => {
  const { response } = await get("/files/main.mjs");
  expect(response.headers.get("Content-Type")).toContain("text/javascript");
  const tag = response.headers.get("ETag") ?? "";
  expect((await get("/files/main.mjs", { headers: { "if-none-match": tag } })).status).toBe(304);
  expect((await get("/files/..%2Fpackage.json")).status).toBe(404);
});
