import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { dispatchInputs, InputsRefused, readDispatchInputs } from "./dispatch-inputs.ts";
import { readWorkflow } from "./load-workflow.ts";

type Inputs = Record<string, string>;

const cases = parse(readFileSync(new URL("dispatch-inputs.yaml", import.meta.url), "utf8"));
const source = { repository: "octo/coffee", directory: "" };
const workflow = await readWorkflow(source, "main.yml", cases.workflow);

it("lists the inputs as a form shows them", () => {
  expect(dispatchInputs(workflow)).toEqual(cases.form);
});

it.each<[Inputs, object]>(cases.accepted)("reads %j", (given, values) => {
  expect(readDispatchInputs(workflow, given)).toEqual(values);
});

it.each<[Inputs, Inputs]>(cases.refused)("refuses a manual run with every problem: %j", (given, problems) => {
  const refusal = refusalOf(given);
  expect(refusal.problems).toEqual(
    Object.entries(problems).map(([input, message]) => expect.objectContaining({ input, message })),
  );
  const lines = Object.values(problems).map((message) => `main.yml: ${message}`);
  expect(refusal.message).toBe(lines.join("\n"));
});

function refusalOf(given: Inputs): InputsRefused {
  try {
    readDispatchInputs(workflow, given);
  } catch (error) {
    if (error instanceof InputsRefused) return error;
  }
  throw new Error("the inputs are accepted");
}

it("refuses a manual run of a workflow that only pushes start", async () => {
  const text = "on: push\njobs: { job: { runs-on: ubuntu-latest, steps: [{ run: echo }] } }\n";
  const pushed = await readWorkflow(source, "main.yml", text);
  expect(() => readDispatchInputs(pushed, {})).toThrow("main.yml: it has no 'workflow_dispatch' trigger");
});
