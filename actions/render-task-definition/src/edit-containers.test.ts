import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { readRenderInputs } from "./inputs.ts";
import { createWorkbench, one, side, two, variables, web } from "./workbench.support.ts";

const bench = createWorkbench();
const s3 = (...arns: string[]) => arns.map((value) => ({ value, type: "s3" as const }));

test.each<[string, ContainerDefinition[], Record<string, string>, Record<string, ContainerDefinition>]>([
  [
    "keeps a changed value's place; quotes, blanks and colons belong to it",
    one,
    { "environment-variables": `web:A= "x: y"  z ` },
    { web: { environment: variables(["A", '"x: y"  z'], ["B", "2"]) } },
  ],
  [
    "accepts lines for some, for all and for one container",
    two,
    { "environment-variables": "*:X=1\nweb, side:Y=2\nside:Z=3" },
    {
      web: { environment: variables(["A", "1"], ["B", "2"], ["X", "1"], ["Y", "2"]) },
      side: { environment: variables(["X", "1"], ["Y", "2"], ["Z", "3"]) },
    },
  ],
  [
    "takes JSON values literally, also names with colons and multi-line values",
    one,
    { "environment-variables": '{"Db:Host": " x\\n y ", "PORT": 80, "A": null}' },
    { web: { environment: variables(["B", "2"], ["Db:Host", " x\n y "], ["PORT", "80"]) } },
  ],
  [
    "turns a variable into a secret",
    one,
    { "environment-variables": "-A", secrets: "A=arn:a" },
    {
      web: {
        environment: variables(["B", "2"]),
        secrets: [
          { name: "S", valueFrom: "arn:s" },
          { name: "A", valueFrom: "arn:a" },
        ],
      },
    },
  ],
  [
    "sets a log driver with options for a container that had none",
    two,
    {
      "log-configuration-log-driver": "side:awslogs",
      "log-configuration-options": "side:awslogs-group=s\nweb:-awslogs-group",
    },
    {
      web: { logConfiguration: { logDriver: "awslogs", options: {} } },
      side: { logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": "s" } } },
    },
  ],
  [
    "replaces the environment files of a container by all ARNs that are given for it",
    [{ ...web, environmentFiles: [{ value: "arn:aws:s3:::b/old.env", type: "s3" }] }, side],
    {
      containers: "web",
      "env-files": "arn:aws:s3:::b/a.env\nside:arn:aws:s3:::b/b.env\n*:arn:aws:s3:::b/c.env",
    },
    {
      web: { environmentFiles: s3("arn:aws:s3:::b/a.env", "arn:aws:s3:::b/c.env") },
      side: { environmentFiles: s3("arn:aws:s3:::b/b.env", "arn:aws:s3:::b/c.env") },
    },
  ],
  [
    "keeps what follows a second = in values of labels and log options",
    one,
    {
      "docker-labels": "rule=Host(`a`) && Query(`x=y`)",
      "log-configuration-options": "awslogs-datetime-format=a=b==",
    },
    {
      web: {
        dockerLabels: { team: "tea", rule: "Host(`a`) && Query(`x=y`)" },
        logConfiguration: {
          logDriver: "awslogs",
          options: { "awslogs-group": "g", "awslogs-datetime-format": "a=b==" },
        },
      },
    },
  ],
  [
    "trims names of containers",
    two,
    { containers: " web ,\n  side ", images: "x:1", "environment-variables": "N=1" },
    {
      web: { image: "x:1", environment: variables(["A", "1"], ["B", "2"], ["N", "1"]) },
      side: { image: "x:1", environment: variables(["N", "1"]) },
    },
  ],
  [
    "gives each container its own image",
    two,
    { images: "web = web:2\nside = side@sha256:abc" },
    { web: { image: "web:2" }, side: { image: "side@sha256:abc" } },
  ],
  [
    "accepts commands as a JSON array",
    one,
    { command: '["node",\n "a b.js", ""]' },
    { web: { command: ["node", "a b.js", ""] } },
  ],
  [
    "sets commands by container in lines",
    two,
    { command: "web: node server.js\nside: tail -f '/a b'" },
    { web: { command: ["node", "server.js"] }, side: { command: ["tail", "-f", "/a b"] } },
  ],
])("%s", async (_, containers, inputs, expected) => {
  expect(await bench.containersAfter(containers, inputs)).toMatchObject(expected);
});

test("restores the image's own command with an empty one", async () => {
  const { web: after } = await bench.containersAfter([{ ...web, command: ["x"] }], { command: "[]" });
  expect(after).not.toHaveProperty("command");
});

test.each<[string, ContainerDefinition[], Record<string, string>]>([
  ["of the only container", one, {}],
  ["of the targeted containers", two, { containers: "web" }],
])(
  "treats a colon in a name %s as part of it, unless a container has the name before it",
  async (_, given, inputs) => {
    const { web: after } = await bench.containersAfter(given, {
      ...inputs,
      "environment-variables": "Logging:LogLevel=Debug\nweb:C=3\n-A:B",
      "docker-labels": "a:b=c",
      "log-configuration-options": "tag:x=y",
      command: "build:prod --watch",
    });
    expect(after).toMatchObject({
      environment: expect.arrayContaining([
        { name: "Logging:LogLevel", value: "Debug" },
        { name: "C", value: "3" },
      ]),
      dockerLabels: { "a:b": "c" },
      logConfiguration: { options: { "tag:x": "y" } },
      command: ["build:prod", "--watch"],
    });
  },
);

test("takes a name that is nearly a container's as a variable's, with a notice", async () => {
  const file = bench.file("taskdef.json", { family: "f", containerDefinitions: one });
  const { taskDefinition, notices } = await bench.render({
    "task-definition": file,
    "environment-variables": "wbe:N=1",
  });
  expect(taskDefinition.containerDefinitions?.[0]?.environment).toContainEqual({ name: "wbe:N", value: "1" });
  expect(notices).toEqual([
    "Input environment-variables, line 1: wbe is not a container (did you mean web?).",
  ]);
});

test("reports the removal of a missing value without failing, so that a second run succeeds", async () => {
  const file = bench.file("taskdef.json", { family: "f", containerDefinitions: one });
  const { notices } = await bench.render({ "task-definition": file, "environment-variables": "-GONE" });
  expect(notices).toEqual([
    'Input environment-variables removes GONE for the container "web", which does not exist.',
  ]);
});

const env = "environment-variables";
const unknownContainer = /taskdef\.json does not have the container "wbe" \(it has "web", "side"/;

test.each<[string, string, string, RegExp]>([
  ["an unknown container", env, "web:A=1\n wbe:A=1", unknownContainer],
  [
    "no container",
    env,
    "A=1\n wbe:A=1",
    /2 things .*variables, line 1 has no container .*variables, line 2: /,
  ],
  ["an unknown default container", "containers", "wbe", unknownContainer],
  ["a name given twice", env, "web:N=1\n*:N=2", /line 2 sets N a second time for the container "web"/],
  ["an image given twice", "images", "web=a\n*=b", /line 2 is for the container "web" again, after .*line 1/],
  [
    "a line without a value",
    env,
    "web:SECRET",
    /variables, line 1 is not of the form \[container:\]NAME=value/,
  ],
  ["a removal with a value", env, "web:-A=1", /is not of the form/],
  ["broken JSON", env, '{"A": "geheim" "B"}', /variables:1:16 is not valid JSON: "\\"" is not allowed here$/],
  ["a JSON key twice", env, '{"A": "1", "A": "2"}', /has "A" twice/],
  ["a JSON list as value", env, '{"A": []}', /"A" is not a string, number, boolean or null/],
  [
    "a command for a shell",
    "command",
    "web: echo $HOME",
    /line 1: at "\$HOME", \$ needs a shell, .*run sh -c/,
  ],
  ["a command of numbers", "command", "[1]", /is not a JSON array of strings/],
  ["an unknown log driver", "log-configuration-log-driver", "web:cloudwatch", /"cloudwatch" \(allowed: aws/],
  ["no ARN", "env-files", "web:file.env", /is not of the form \[container:\]ARN/],
  ["an image with blanks", "images", "web=a b", /line 1 is "web=a b"; expected container=image/],
])("refuses %s", async (_, input, value, message) => {
  await expect(bench.containersAfter(two, { [input]: value })).rejects.toThrow(message);
});

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
