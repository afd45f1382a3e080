import { expect, it } from "vitest";
import { compareScores, formatScores, scoresOf, testFolderOf } from "./scores.ts";

it.each([
  ["actions/core/log.ts", "actions/core"],
  ["actions/check-lab/src/phases/phase-9.ts", "actions/check-lab"],
  ["simulator/src/services/codedeploy/api/apps.ts", "simulator/src/services/codedeploy"],
  ["simulator/src/gateway/server.ts", "simulator/src/gateway"],
  ["live/src/observe/observe.ts", "live/src"],
  ["scripts/mutate.ts", "scripts"],
])("runs the tests of the folder of %s", (file, folder) => {
  expect(testFolderOf(file)).toBe(folder);
});

it("counts a test that never ends as a noticed change, and leaves out what cannot run or is excluded", () => {
  const statuses = ["Killed", "Timeout", "Survived", "NoCoverage", "Ignored", "CompileError", "RuntimeError"];
  const mutants = statuses.map((status) => ({ status }));
  expect(scoresOf({ files: { "a.ts": { mutants } } })).toEqual({ "a.ts": [2, 4] });
});

it("reports a score that fell, keeps those that rose or stayed, and accepts a new file", () => {
  const table = { fell: [9, 10], stayed: [1, 2], rose: [1, 3] } as const;
  const measured = { fell: [8, 10], stayed: [2, 4], rose: [2, 3], fresh: [0, 0] } as const;
  const { lines, risen, fallen } = compareScores(measured, table);
  expect(fallen).toEqual(["fell"]);
  expect(risen).toEqual({ stayed: [2, 4], rose: [2, 3], fresh: [0, 0] });
  expect(lines[0]).toBe("fell: 80 % of 10 changes are noticed (fell from 90 %)");
});

it("writes the table with a file a line, in order", () => {
  expect(formatScores({ b: [1, 2], a: [0, 0] })).toBe('{\n  "a": [0, 0],\n  "b": [1, 2]\n}\n');
});
