import { expect, test } from "vitest";
import { type InputReader, readInputs } from "./inputs.ts";

const given = (inputs: Record<string, string>) => (name: string) => inputs[name] ?? "";
const readList = (read: InputReader) => read.json("list", "a JSON array", isNames, []);
const isNames = (value: unknown): value is string[] => Array.isArray(value);

test.each<[string, (read: InputReader) => unknown, Record<string, string>, string]>([
  ["a missing required input", (r) => r.required("cluster"), {}, "Input cluster is required"],
  [
    "an unknown value, with the allowed ones",
    (r) => r.choice("mode", ["apply", "delete"], "apply"),
    { mode: "destroy" },
    'Input mode is "destroy"; allowed: apply, delete',
  ],
  [
    "a value that is not a boolean",
    (r) => r.boolean("debug", false),
    { debug: "yes" },
    "allowed: true, false",
  ],
  [
    "a value that is not a number",
    (r) => r.integer("max-failed-tasks", { min: 1, max: 10, fallback: 3 }),
    { "max-failed-tasks": "1e1" },
    "a whole number from 1 to 10",
  ],
  [
    "a value that is not a duration",
    (r) => r.duration("deadline"),
    { deadline: "45" },
    "such as 90s, 45m or 1h30m",
  ],
  ["a missing file", (r) => r.file("appspec"), { appspec: "none.yaml" }, "file none.yaml does not exist"],
  ["a folder for a file", (r) => r.file("appspec"), { appspec: "/" }, "/ is not a file"],
  ["a pair without =", (r) => r.pairs("images"), { images: "web" }, "lines of the form name=value"],
  ["a duplicate key", (r) => r.pairs("images"), { images: "web=a\nweb=b" }, 'gives "web" twice'],
  ["broken JSON", readList, { list: "[" }, "Input list is not a JSON array: "],
  ["JSON of another kind", readList, { list: "{}" }, "not a JSON array"],
])("refuses %s", (_, build, inputs, message) => {
  expect(() => readInputs(build, given(inputs))).toThrow(message);
});

test("reports all problems together", () => {
  const read = () => readInputs((r) => [r.required("cluster"), r.required("service")], given({}));
  expect(read).toThrow(/2 inputs are wrong: .*cluster.*; .*service/);
});

test("trims values and cuts them at the first = only", () => {
  const value = readInputs(
    (r) => ({ images: [...r.pairs("images")], deadline: r.duration("deadline") }),
    given({ images: "\n  web = a=b \n\n", deadline: "1h30m" }),
  );
  expect(value).toEqual({ images: [["web", "a=b"]], deadline: 5_400_000 });
});
