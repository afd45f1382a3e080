import { expect, it } from "vitest";
import { sharedState } from "./shared-state.ts";

const hooks = 'import { afterAll as after, vi } from "vitest";\n';
const found = (source: string, file = "a.support.ts") =>
  sharedState(file, source).map((line) => line.replace(/^.*?:\d+: |: [^:]*$/g, ""));

it.each([
  [`${hooks}if (true) after(() => {});`, "after"],
  [`${hooks}const later = after;`, "after"],
  [`${hooks}const spy = vi.fn();`, "vi"],
  ['import * as all from "vitest";\nall.beforeEach(() => {});', "all"],
])("finds vitest in use at module level of any helper: %s", (source, name) => {
  expect(found(source, "a.ts")).toEqual([`${name} is used when the module is loaded`]);
});

it.each([
  ["let runs: number;", "runs is state of the module"],
  ["const servers = [] as Server[];", "servers is state of the module"],
  ["const known = new Map<string, Promise<void>>();", "known is state of the module"],
  ["const last = { runs: 1 }; const run = () => last.runs++;", "last is changed"],
  ['const all = ["a"]; const add = () => all.push("b");', "all is changed"],
  ["const all = [1]; const add = () => (all[1] += 2);", "all is changed"],
  ["process.chdir('..');", "process.chdir('..'); happens when the module is loaded"],
  ["const x = useStage();", "useStage() happens when the module is loaded"],
])("finds state at module level of a support file, not of a program: %s", (source, fault) => {
  expect(found(`${source}\nexport {};`)).toEqual([fault]);
  expect(found(source)).toEqual([]);
});

it("accepts constants, and hooks and state in a function that a test file calls", () => {
  const state = "let runs = 0; const all = []; after(() => all.push(runs++)); process.env.A = '';";
  const constants = "const names = ['a']; const isA = names[0] === 'a' && names.length >= 1;";
  expect(found(`${hooks}${constants}\nexport function useAll() { ${state} }`)).toEqual([]);
});
