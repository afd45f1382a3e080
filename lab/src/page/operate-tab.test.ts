import { Hono } from "hono";
import { expect, it } from "vitest";
import { InputsRefused } from "../runner/load/dispatch-inputs.ts";
import { operateTab } from "./operate-tab.ts";
import type { Operations } from "./operations.ts";

const host = "127.0.0.1:4567";
const origin = `http://${host}`;
const cookie = "of this start";

/** The tab of a lab that records what is done with it. */
async function open() {
  const done: string[] = [];
  const operations: Operations = {
    visitors: { perSecond: 10, start: () => void done.push("start"), stop: () => void done.push("stop") },
    exercises: [{ name: "new-heading", title: { en: "", fr: "" }, about: { en: "", fr: "" } }],
    describe: async () => ({ commit: "abc", subject: "First", workflows: [] }),
    async startWorkflow({ file, inputs }) {
      if (inputs.service === "x") throw new InputsRefused(file, [{ input: "service", message: "is bad" }]);
      done.push(`${file} ${JSON.stringify(inputs)}`);
      return 7;
    },
    startExercise: async (name) => void done.push(name),
    stopDeployment: async (id, rollBack) => void done.push(`${id} ${rollBack}`),
  };
  const tab = operateTab(operations);
  const app = new Hono();
  tab.routes?.(app, (c) => c.req.header("cookie") === cookie);
  const post = async (action: string, body: unknown, headers: Record<string, string> = {}) => {
    const text = JSON.stringify(body);
    const own = { host, origin, cookie, "content-length": String(text.length) };
    const response = await app.request(`/${action}`, {
      method: "POST",
      body: text,
      headers: { ...own, ...headers },
    });
    return { status: response.status, ...((await response.json()) as object) };
  };
  return { post, done };
}

it.each([
  [
    "workflow",
    { workflow: "rollback.yml", "input:service": "customer", "input:token": "$(id)" },
    "/runs/7",
    'rollback.yml {"service":"customer","token":"$(id)"}',
  ],
  ["exercise", { name: "new-heading" }, "/runs", "new-heading"],
  ["visitors", { on: "true" }, "/operate", "start"],
  ["visitors", { on: "false" }, "/operate", "stop"],
  ["stop", { deployment: "d-1", rollBack: "true" }, "/", "d-1 true"],
  ["stop", { deployment: "d-1", rollBack: "false" }, "/", "d-1 false"],
])("%s %j", async (action, body, location, what) => {
  const { post, done } = await open();
  expect(await post(action, body)).toEqual({ status: 200, location });
  expect(done).toEqual([what]);
});

it.each([
  ["a page of another site", { origin: "http://evil.example" }, "Only this page can operate the lab"],
  ["a page of another port", { origin: "http://127.0.0.1:80" }, "Only this page can operate the lab"],
  ["a sandboxed page", { origin: "null" }, "Only this page can operate the lab"],
  ["no page", { origin: "" }, "Only this page can operate the lab"],
  ["a request across sites", { "sec-fetch-site": "cross-site" }, "Only this page can operate the lab"],
  [
    "a browser of an earlier start",
    { cookie: "of an earlier one" },
    "Fix: open the address that the lab printed",
  ],
])("refuses %s", async (_, headers, message) => {
  const { post, done } = await open();
  const refusal = await post("exercise", { name: "new-heading" }, headers);
  expect(refusal).toMatchObject({ status: 403, message: expect.stringContaining(message) });
  expect(done).toEqual([]);
});

it.each([
  [
    "workflow",
    { workflow: "a.yml", "input:service": "x" },
    { status: 400, problems: [{ input: "service", message: "is bad" }] },
  ],
  ["exercise", { name: "constructor" }, { status: 400, message: "unknown exercise 'constructor'" }],
  ["constructor", {}, { status: 404 }],
  ["exercise", { name: ["new-heading"] }, { status: 400, message: expect.stringContaining("texts") }],
  ["exercise", "new-heading", { status: 400, message: expect.stringContaining("texts") }],
  ["exercise", { name: "x".repeat(30_000) }, { status: 400, message: "The form is too long." }],
])("refuses %s %j", async (action, body, refusal) => {
  const { post, done } = await open();
  expect(await post(action, body)).toMatchObject(refusal);
  expect(done).toEqual([]);
});
