import { expect, test } from "vitest";
import outputs from "./last-words.json" with { type: "json" };
import { lastWords } from "./last-words.ts";

// Outputs of real programs, shortened; those with an issue are from there.
test.each(outputs)("finds the cause at the end of a log of $source", ({ log, says }) => {
  expect(lastWords(log.split("\n"))).toBe(says);
  // Drivers may join the lines of a stack into one event.
  expect(lastWords([log])).toBe(says);
});

test.each<[string, string[], string]>([
  ["nothing without a log", [], ""],
  ["the only line, though it is indented", ["  Hello"], "Hello"],
  [
    "the error before the traceback that Lambda prints after it",
    [
      '[ERROR] ValueError: no price\rTraceback (most recent call last):\r  File "/var/task/x.py", line 3, in y',
    ],
    "[ERROR] ValueError: no price",
  ],
  ["an error before three plain lines", ["Error: no menu", "exiting", "bye", "gone"], "Error: no menu"],
  ["the last of more plain lines", ["Error: try again", "a", "b", "c", "ended"], "ended"],
  [
    "the place and message of a panic",
    ["thread 'main' panicked at a.rs:1:2:", "no PORT"],
    "thread 'main' panicked at a.rs:1:2: no PORT",
  ],
  ["what its logger calls an error", ['{"level":50,"msg":"bye"}', '{"level":30,"msg":"error: 0"}'], "bye"],
  ["no line of metrics", ["Error: no", '{"_aws":{"Timestamp":1},"requests":3}'], "Error: no"],
  ["no terminal sequences", ["\u001b[1m\u001b[31mError:\u001b[39m no\u0000 menu\u001b[0m"], "Error: no menu"],
  [
    "the carriage return of a script with Windows line ends",
    ["env: can't execute 'node\r': No such file or directory"],
    "env: can't execute 'node\\r': No such file or directory",
  ],
  ["the end of a progress bar", ["10 %\r50 %\rError: no"], "Error: no"],
  ["at most 600 characters", [`Error: ${"x".repeat(2_000_000)}`], `Error: ${"x".repeat(592)}…`],
  [
    "the last line where no line is an error",
    ["WARN old option", "INFO ended, no licence"],
    "INFO ended, no licence",
  ],
])("returns %s", (_, lines, says) => {
  expect(lastWords(lines)).toBe(says);
});
