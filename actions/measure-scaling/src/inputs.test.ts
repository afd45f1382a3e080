import { expect, test } from "vitest";
import { readMeasureInputs } from "./inputs.ts";

const read = (given: Record<string, string>) => readMeasureInputs((name) => given[name] ?? "");

test.each([
  ["1 2 20", [1, 2, 20]],
  [" 3,1, 2\n", [3, 1, 2]],
  ["[1,2,3]", [1, 2, 3]],
])("accepts the counts %j", (text, taskCounts) => {
  expect(read({ mode: "plan", "task-counts": text })).toMatchObject({ taskCounts, generators: 1 });
});

test("gives an open loop only its rate, and targets only with an address", () => {
  const inputs = { mode: "plan", "task-counts": "1", rate: "200", connections: "32", paths: "/suppliers" };
  const load = { rate: "200", connections: "", targets: "", "allowed-hosts": "" };
  expect(read(inputs)).toMatchObject({ load });
  expect(read({ ...inputs, address: "http://127.0.0.1:10080/" })).toMatchObject({
    load: { targets: "http://127.0.0.1:10080/suppliers", "allowed-hosts": "127.0.0.1:10080" },
  });
});

test.each<[Record<string, string>, RegExp]>([
  [
    { "task-counts": "0" },
    /"0", with 0 in it; expected different whole numbers from 1 to 20, such as "1 2 3"/,
  ],
  [{ "task-counts": "-1" }, /with -1 in it/],
  [{ "task-counts": "1 a 2.5" }, /with a, 2\.5 in it/],
  [{ "task-counts": "" }, /Input task-counts is required/],
  [{ "task-counts": "," }, /Input task-counts is ","/],
  [{ "task-counts": "20 21" }, /with 21 in it/],
  [{ "task-counts": "1 2 02" }, /with 02 in it/],
  [{ "task-counts": "1e1" }, /with 1e1 in it/],
  [{ "task-counts": "1;reboot" }, /with 1;reboot in it/],
  [{ "task-counts": "0", generators: "21" }, /2 .*task-counts.*generators is "21"; .* 1 to 20/],
  [{ mode: "record" }, /4 inputs are wrong: .*task-count.*cluster.*service.*reports/],
  [{ mode: "reports" }, /^Input mode is "reports"; allowed: plan, record, report$/],
  [{ address: "web.example" }, /Input address is "web\.example"; expected scheme and host/],
  [{ address: "http://web.example/path" }, /expected scheme and host/],
  [{ address: "http://me:secret@web.example" }, /expected scheme and host/],
  [{ address: "ftp://web.example" }, /expected scheme and host/],
  [{ paths: "suppliers" }, /Input paths has suppliers; expected paths that begin with one \//],
  [{ paths: "//elsewhere.example /" }, /Input paths has \/\/elsewhere\.example;/],
  [{ paths: "/ /" }, /twice/],
  [{ duration: "1 minute" }, /Input duration is "1 minute"; expected a duration such as/],
  [{ assertions: "p99 < 1s, errors < 1" }, /Input assertions has the line "errors < 1"/],
])("refuses %j before anything is scaled, and names all wrong inputs together", (given, message) => {
  expect(() => read({ mode: "plan", "task-counts": "1", ...given })).toThrow(message);
});
