import { describe, expect, it, test } from "vitest";
import { readLoadInputs } from "./inputs.ts";

const given = (inputs: Record<string, string>) => (name: string) =>
  ({ targets: "http://web.example/", "allowed-hosts": "web.example", ...inputs })[name] ?? "";

function planOf(inputs: Record<string, string>) {
  const { work } = readLoadInputs(given(inputs));
  if (!("plan" in work)) throw new Error("this merges");
  return work.plan;
}

const stage = (durationMs: number, from: number, to = from) => ({ durationMs, from, to });

test("defaults to a modest closed loop in which only 2xx succeeds", () => {
  const { expected, ...plan } = planOf({});
  expect(plan).toEqual({
    loop: "closed",
    stages: [stage(30_000, 10)],
    warmUpMs: 0,
    spacing: "constant",
    maxConnections: 500,
    urls: [new URL("http://web.example/")],
    request: {
      method: "GET",
      headers: { "user-agent": "run-load-test" },
      body: undefined,
      timeoutMs: 10_000,
    },
  });
  expect([200, 204, 301, 404, 503].map(expected)).toEqual([true, true, false, false, false]);
});

test("accepts all inputs", () => {
  const { expected, ...plan } = planOf({
    targets: "https://web.example/suppliers?page=2\nhttp://127.0.0.1:8080/x#part",
    "allowed-hosts": "web.example, 127.0.0.1:8080",
    loop: "open",
    stages: "10s 0..200\n1m 200",
    arrivals: "poisson",
    "max-connections": "20",
    method: "POST",
    headers: "Content-Type: application/json\nX-Key: a: b",
    body: '{"name":"x"}',
    timeout: "2s",
    "expect-status": "201, 3xx",
  });
  expect(plan).toMatchObject({
    loop: "open",
    stages: [stage(10_000, 0, 200), stage(60_000, 200)],
    spacing: "poisson",
    maxConnections: 20,
    urls: [new URL("https://web.example/suppliers?page=2"), new URL("http://127.0.0.1:8080/x")],
    request: {
      method: "POST",
      headers: { "content-type": "application/json", "x-key": "a: b" },
      body: '{"name":"x"}',
      timeoutMs: 2_000,
    },
  });
  expect([200, 201, 302].map(expected)).toEqual([false, true, true]);
});

test("needs neither targets nor hosts to merge", () => {
  const inputs = given({
    targets: "",
    "allowed-hosts": "",
    merge: "reports\nother/*.json",
    assertions: "p99 < 1s",
  });
  expect(readLoadInputs(inputs)).toMatchObject({
    work: { merge: ["reports", "other/*.json"] },
    assertions: [{ metric: { kind: "percentile", percent: 99 }, bound: 1000 }],
  });
});

describe("shares", () => {
  it.each(["closed", "open"])("of a %s loop add up to the whole, stage by stage", (loop) => {
    const parts = [1, 2, 3, 4].map((number) =>
      planOf({ loop, stages: "10s 0..10\n5s 10\n5s 7", share: `${number}/4` }),
    );
    const whole = planOf({ loop, stages: "10s 0..10\n5s 10\n5s 7" });
    for (const [index, { from, to }] of whole.stages.entries()) {
      const sum = (end: "from" | "to") =>
        parts.reduce((total, { stages }) => total + (stages[index]?.[end] ?? 0), 0);
      expect([sum("from"), sum("to")]).toEqual([from, to]);
    }
  });
});

test.each<[string, string, boolean]>([
  ["http://web.example/", "web.example", true],
  ["http://web.example:8080/", "web.example", true],
  ["http://web.example:8080/", "web.example:8080", true],
  ["http://web.example/", "web.example:80", true],
  ["https://web.example/", "web.example:443", true],
  ["http://WEB.example/", "web.EXAMPLE", true],
  ["http://[::1]:80/", "[::1]", true],
  ["https://web.example/", "web.example:80", false],
  ["http://web.example:8081/", "web.example:8080", false],
  ["http://api.web.example/", "web.example", false],
  ["http://web.example.org/", "web.example", false],
])("allows %s with allowed-hosts %s: %s", (targets, hosts, allowed) => {
  const read = () => readLoadInputs(given({ targets, "allowed-hosts": hosts }));
  if (allowed) expect(read).not.toThrow();
  else expect(read).toThrow("is not in allowed-hosts");
});

test.each<[Record<string, string>, string]>([
  [{ targets: "" }, "Input targets is required"],
  [{ "allowed-hosts": "" }, "lists the hosts that you may load"],
  [{ "allowed-hosts": "*.example" }, "a pattern could also allow hosts of others"],
  [{ "allowed-hosts": "http://web.example" }, "without scheme or path"],
  [
    { targets: "http://wbe.example/" },
    'wbe.example is not in allowed-hosts (web.example); did you mean "web.example"?',
  ],
  [
    { targets: "http://169.254.169.254/", "allowed-hosts": "169.254.169.254" },
    "metadata services at such addresses",
  ],
  [
    { targets: "http://[::ffff:a9fe:a9fe]/", "allowed-hosts": "[::ffff:a9fe:a9fe]" },
    "metadata services at such addresses",
  ],
  [{ targets: "web.example" }, "begins with http://"],
  [{ targets: "ftp://web.example/" }, "begins with http://"],
  [{ targets: "http://user:word@web.example/" }, "a URL with credentials is not allowed"],
  [{ targets: "3 http://web.example/" }, "begins with http://"],
  [{ targets: "http://web.example/ 3" }, "begins with http://"],
  [{ targets: "http://web.example/\n2 http://web.example" }, "twice"],
  [{ loop: "half" }, "allowed: closed, open"],
  [{ rate: "100" }, "Input rate works with an open loop only"],
  [{ loop: "open" }, "Input rate or stages is required"],
  [{ loop: "open", rate: "10", connections: "5" }, "Input connections works with a closed loop only"],
  [{ loop: "open", rate: "0" }, "above 0"],
  [{ loop: "open", rate: "-5" }, "above 0"],
  [{ loop: "open", rate: "1000000" }, "goes up to 100000 requests per second"],
  [{ connections: "0" }, "a whole number from 1 to 5000"],
  [{ stages: "10s 6000" }, "goes up to 5000 connections"],
  [{ stages: "10s" }, "expected a duration and a level"],
  [{ stages: "10 50" }, "expected a duration and a level"],
  [{ stages: "10s 5..x" }, "expected a duration and a level"],
  [{ stages: "10s 2.5" }, "a number of connections must be whole"],
  [{ stages: "10s 0" }, "There is no load"],
  [{ stages: "10s 5", duration: "10s" }, "Inputs stages and duration exclude each other"],
  [{ duration: "7h" }, "longer than 6 h"],
  [{ stages: "10s 0..5", "warm-up": "5s" }, "needs a first stage that begins above 0"],
  [{ share: "5/4" }, "expected a share such as 1/4"],
  [{ share: "0/4" }, "expected a share such as 1/4"],
  [{ share: "1/3", connections: "1" }, "There is no load"],
  [{ method: "TRACE" }, "allowed: GET"],
  [{ body: "x" }, "A GET request has no body"],
  [{ headers: "X-Key" }, "Input headers, line 1: expected a line of the form Name: value"],
  [{ headers: "X-Key: a\nx-key: b" }, "gives x-key twice"],
  [{ headers: "Content-Length: 5" }, "set by the connection itself"],
  [{ "expect-status": "ok" }, 'Input expect-status has "ok"'],
  [{ timeout: "10" }, "a duration such as"],
  [{ assertions: "p99 < 300ms\nlatency < 3" }, '"latency" is not p50'],
  [{ assertions: "p99(/other) < 300ms" }, "is about /other, but the targets are /"],
  [{ merge: "reports" }, "Inputs merge and targets exclude each other"],
  [{ targets: "", connections: "x" }, "2 inputs are wrong"],
])("refuses the inputs %j", (inputs, message) => {
  expect(() => readLoadInputs(given(inputs))).toThrow(message);
});

test("shows a header's value, which may be secret, in no message", () => {
  expect(() => readLoadInputs(given({ headers: "Authorization Bearer hush" }))).toThrow(
    expect.not.objectContaining({ message: expect.stringContaining("hush") }),
  );
});
