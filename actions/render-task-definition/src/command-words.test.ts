import { expect, test } from "vitest";
import { splitCommand } from "./command-words.ts";

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
  ["echo a\\", 7, "the last \\ has nothing after it"],
  ["echo $HOME", 6, "$ is for a shell, and none reads this"],
  [`echo "$HOME"`, 7, "$ is for a shell, and none reads this"],
  ["a && b", 3, "& is for a shell, and none reads this"],
  ["a > b", 3, "> is for a shell, and none reads this"],
])("refuses %s at column %i", (text, column, fault) => {
  expect(splitCommand(text)).toEqual({ column, text: fault });
});
