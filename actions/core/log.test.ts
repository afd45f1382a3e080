import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { annotationTitle, runnerLog } from "./log.ts";

let written = "";
beforeEach(() => {
  written = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    written += text;
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Splits lines as the runner does: .NET ends lines at either character and trims U+0085 too. */
const commands = () =>
  written.split(/\r\n|\r|\n/).filter((line) => /^[\s\u0085]*::/.test(line) || line.includes("##["));

describe("the runner's log", () => {
  it.each([
    ["stops no commands", "::stop-commands::anything"],
    ["annotates nothing", "::error file=a.ts,line=1::not ours"],
    ["ignores blanks before a command", " \t\u00a0\u0085\u2003::warning::not ours"],
    ["ignores an invisible character before a command", "\ufeff\u200b::warning::not ours"],
    ["disables a command in the second of two lines", "CodeDeploy: Deployment failed\n::add-mask::e"],
    ["disables a command after a carriage return", "#7 0.512 fetched 10 %\r::set-output name=image::evil"],
    ["disables a command after a blank line", "\r\n\r\n::debug::x"],
    ["disables the older form in a line", "#7 0.512 done ##[add-mask]e"],
    ["disables a group of the older form", "Task stopped: ##[group]hidden"],
    ["disables the second of two in a line", "##[group]a ##[add-mask]e"],
  ])("%s", (_, text) => {
    runnerLog.info(text);
    expect(commands()).toEqual([]);
    expect(written).toContain(text.trim().slice(-6));
  });

  it("leaves other text as it is", () => {
    runnerLog.info("a::b at 10:00 #[1] ## [x]\n  arn:aws:ecs:::task");
    expect(written).toBe("a::b at 10:00 #[1] ## [x]\n  arn:aws:ecs:::task\n");
  });

  it.each(["notice", "warning", "error"] as const)(
    "writes one command for %s with several lines",
    (level) => {
      runnerLog[level]("\u001b[31mstop\u0000ped\u001b[0m:\r\n::stop-commands::x\n##[error]y");
      expect(commands()).toEqual([`::${level}::stopped:%0A| ::stop-commands::x%0A## [error]y`]);
    },
  );
});

it.each([
  [{ INPUT_SERVICE: "web" }, "/a/actions/deploy-service/dist/index.js", "deploy-service: web"],
  [{}, "C:\\a\\tag-image\\dist\\index.js", "tag-image"],
  [{ INPUT_SERVICE: "web" }, "/node_modules/vitest/vitest.mjs", ""],
])("titles an annotation with the action and what it works on: %j, %s", (variables, program, title) => {
  expect(annotationTitle(variables, ["node", program])).toBe(title);
});
