import { expect, test } from "vitest";
import { readRenderInputs } from "./inputs.ts";

const given = { "task-definition": "web:1" };
const read = (command: string) =>
  readRenderInputs((name) => ({ ...given, command })[name] ?? "").container.commands[0]?.value;

test.each<[string, string[]]>([
  ["npm start", ["npm", "start"]],
  ["  node   server.js  ", ["node", "server.js"]],
  [`sh -c "echo 'a  b' && exit 1"`, ["sh", "-c", "echo 'a  b' && exit 1"]],
  [`sh -c 'echo "$HOME" | wc > /dev/null'`, ["sh", "-c", 'echo "$HOME" | wc > /dev/null']],
  ["echo a\\ b \\$x", ["echo", "a b", "$x"]],
  [String.raw`echo "a \"b\" \\ \$c \d"`, ["echo", String.raw`a "b" \ $c \d`]],
  [`echo '' "" x''y`, ["echo", "", "", "xy"]],
  [`--name="two words"=x`, ["--name=two words=x"]],
  ["--cron '0 * * * *' #1", ["--cron", "0 * * * *", "#1"]],
])("splits %s as a shell would", (text, words) => {
  expect(read(text)).toEqual(words);
});

test.each<[string, string, string]>([
  [`echo "a b`, `"a b`, 'the " is not closed'],
  ["echo it's", "'s", "the ' is not closed"],
  ["echo a\\", "\\", "the last \\ is followed by nothing"],
  ["echo $HOME", "$HOME", "$ needs a shell, and the command does not run in one"],
  [`echo "$HOME"`, `$HOME"`, "$ needs a shell, and the command does not run in one"],
  ["a && b", "&& b", "& needs a shell, and the command does not run in one"],
  ["a > b", "> b", "> needs a shell, and the command does not run in one"],
])("refuses %s at %s", (text, place, fault) => {
  expect(() => read(text)).toThrow(`Input command, line 1: at "${place}", ${fault} (quote it, or run sh -c`);
});
