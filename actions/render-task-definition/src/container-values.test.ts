import { expect, test } from "vitest";
import { splitCommand } from "./container-values.ts";

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
  ["", []],
])("splits %s as a shell would", (text, words) => {
  expect(splitCommand(text)).toEqual(words);
});

test.each<[string, number, string]>([
  [`echo "a b`, 6, 'the " is not closed'],
  ["echo it's", 8, "the ' is not closed"],
  ["echo a\\", 7, "the last \\ is followed by nothing"],
  ["echo $HOME", 6, "$ needs a shell, and the command does not run in one"],
  [`echo "$HOME"`, 7, "$ needs a shell, and the command does not run in one"],
  ["a && b", 3, "& needs a shell, and the command does not run in one"],
  ["a > b", 3, "> needs a shell, and the command does not run in one"],
])("refuses %s at column %i", (text, column, fault) => {
  expect(splitCommand(text)).toEqual({ column, text: fault });
});
