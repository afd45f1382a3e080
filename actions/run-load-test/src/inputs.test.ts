import { expect, test } from "vitest";
import { readLoadInputs } from "./inputs.ts";

const given = (inputs: Record<string, string>) => (name: string) =>
  ({ targets: "http://web.example/", "allowed-hosts": "web.example", ...inputs })[name] ?? "";

function planOf(inputs: Record<string, string>) {
  const { work } = readLoadInputs(given(inputs));
  if (!("plan" in work)) throw new Error("this merges");
  return work.plan;
}

const defaults = {
  loop: "closed",
  level: 10,
  durationMs: 30_000,
  warmUpMs: 0,
  spacing: "constant",
  maxConnections: 500,
  urls: [new URL("http://web.example/")],
  timeoutMs: 10_000,
};

test("defaults to a modest closed loop", () => {
  expect(planOf({})).toEqual(defaults);
});

test("accepts all inputs", () => {
  const plan = planOf({
    targets: "https://web.example/suppliers?page=2\nhttp://127.0.0.1:8080/x#part",
    "allowed-hosts": "web.example, 127.0.0.1:8080",
    rate: "0.5",
    duration: "1m",
    "warm-up": "10s",
    arrivals: "poisson",
  });
  expect(plan).toEqual({
    ...defaults,
    loop: "open",
    level: 0.5,
    durationMs: 60_000,
    warmUpMs: 10_000,
    spacing: "poisson",
    urls: [new URL("https://web.example/suppliers?page=2"), new URL("http://127.0.0.1:8080/x")],
  });
});

test("needs neither targets nor hosts to merge", () => {
  const inputs = given({ targets: "", "allowed-hosts": "", merge: "reports" });
  expect(readLoadInputs(inputs)).toMatchObject({ work: { merge: "reports" } });
});

test.each([
  [{ connections: "10" }, [2, 3, 2, 3]],
  [{ rate: "10" }, [2.5, 2.5, 2.5, 2.5]],
])("shares %j among four generators", (inputs, levels) => {
  expect([1, 2, 3, 4].map((number) => planOf({ ...inputs, share: `${number}/4` }).level)).toEqual(levels);
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

const metadata = "metadata services at such addresses";

test.each<[Record<string, string>, string]>([
  [{ targets: "" }, "Input targets is required"],
  [{ "allowed-hosts": "" }, "lists the hosts that you may load"],
  [{ "allowed-hosts": "*.example" }, "without scheme, path or pattern"],
  [{ "allowed-hosts": "http://web.example" }, "without scheme, path or pattern"],
  [{ targets: "http://wbe.example/" }, '(web.example); did you mean "web.example"?'],
  [{ targets: "http://169.254.169.254/", "allowed-hosts": "169.254.169.254" }, metadata],
  [{ targets: "http://[::ffff:a9fe:a9fe]/", "allowed-hosts": "[::ffff:a9fe:a9fe]" }, metadata],
  [{ targets: "web.example" }, "begins with http://"],
  [{ targets: "3 http://web.example/" }, "begins with http://"],
  [{ targets: "http://web.example/ 3" }, "begins with http://"],
  [
    { targets: "http://user:word@web.example/" },
    "has credentials in the URL of web.example; they are not allowed",
  ],
  [{ targets: "http://web.example/\nhttp://web.example" }, "twice"],
  [{ rate: "10", connections: "5" }, "Inputs rate (open loop) and connections (closed loop) exclude"],
  [{ rate: "0" }, "above 0"],
  [{ rate: "100001" }, "up to 100000"],
  [{ connections: "0" }, "a whole number from 1 to 5000"],
  [{ connections: "5001" }, "a whole number from 1 to 5000"],
  [{ duration: "5h", "warm-up": "61m" }, "longer than 6 h"],
  [{ share: "5/4" }, "expected a share such as 1/4"],
  [{ share: "0/4" }, "expected a share such as 1/4"],
  [{ share: "1/3", connections: "1" }, "1 connections are not enough for 3 generators"],
  [{ assertions: "p99 < 300ms\nlatency < 3" }, '"latency" is not p50'],
  [{ merge: "reports" }, "Inputs merge and targets exclude each other"],
  [{ targets: "", connections: "x" }, "2 inputs are wrong"],
])("refuses the inputs %j", (inputs, message) => {
  expect(() => readLoadInputs(given(inputs))).toThrow(message);
});
