import { describe, expect, it } from "vitest";
import { dispatchInputs, InputsRefused, readDispatchInputs } from "./dispatch-inputs.ts";
import { readWorkflow } from "./load-workflow.ts";

const source = { repository: "octo/coffee", directory: "" };
const workflow = await readWorkflow(
  source,
  "main.yml",
  `
on:
  workflow_dispatch:
    inputs:
      service: { type: choice, options: [customer, employee], required: true, description: Which one }
      count: { type: number, default: 3 }
      force: { type: boolean }
      note: { type: string, required: true, default: none }
jobs:
  job:
    runs-on: ubuntu-latest
    steps: [{ run: echo }]
`,
);

it("lists the inputs as a form shows them", () => {
  expect(dispatchInputs(workflow)).toEqual([
    {
      name: "service",
      type: "choice",
      description: "Which one",
      required: true,
      default: "",
      options: ["customer", "employee"],
    },
    { name: "count", type: "number", description: "", required: false, default: "3", options: [] },
    { name: "force", type: "boolean", description: "", required: false, default: "false", options: [] },
    { name: "note", type: "string", description: "", required: true, default: "none", options: [] },
  ]);
});

it.each([
  [{ service: "customer" }, { service: "customer", count: 3, force: false, note: "none" }],
  [
    { service: "employee", count: "1.5", force: "true", note: "$(rm -r ~)" },
    { service: "employee", count: 1.5, force: true, note: "$(rm -r ~)" },
  ],
])("reads %j", (given, values) => {
  expect(readDispatchInputs(workflow, given)).toEqual(values);
});

describe("a manual run is refused with every problem", () => {
  it.each([
    [{}, [["service", "the input 'service' is required: one of customer, employee"]]],
    [
      { service: "custmer" },
      [["service", "the value 'custmer' of 'service' is not one of customer, employee"]],
    ],
    [
      { service: "customer", count: "two", force: "yes" },
      [
        ["count", "the value 'two' of 'count' is not a number"],
        ["force", "the value 'yes' of 'force' is not one of true, false"],
      ],
    ],
    [
      { service: "customer", serivce: "x" },
      [
        [
          "serivce",
          "the input 'serivce' is unknown, did you mean 'service'? Inputs: service, count, force, note",
        ],
      ],
    ],
  ])("%j", (given: Record<string, string>, problems) => {
    const refusal = refusalOf(given);
    expect(refusal.problems.map(({ input, message }) => [input, message])).toEqual(problems);
    expect(refusal.message).toBe(problems.map(([, message]) => `main.yml: ${message}`).join("\n"));
  });
});

function refusalOf(given: Record<string, string>): InputsRefused {
  try {
    readDispatchInputs(workflow, given);
  } catch (error) {
    if (error instanceof InputsRefused) return error;
  }
  throw new Error("the inputs are accepted");
}

it("refuses a manual run of a workflow that only pushes start", async () => {
  const pushed = await readWorkflow(
    source,
    "main.yml",
    "on: push\njobs: { job: { runs-on: ubuntu-latest, steps: [{ run: echo }] } }\n",
  );
  expect(() => readDispatchInputs(pushed, {})).toThrow("main.yml: it has no 'workflow_dispatch' trigger");
});
