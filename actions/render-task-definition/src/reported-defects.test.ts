import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { createWorkbench, one, two, variables } from "./workbench.support.ts";

const bench = createWorkbench();

// Each row is a defect that users of the official action reported, tested here to work.
test.each<[string, ContainerDefinition[], Record<string, string>, Record<string, ContainerDefinition>]>([
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
    "accepts commands quoted as for a shell",
    one,
    { command: `sh -c "echo 'a  b' && exit 1"` },
    { web: { command: ["sh", "-c", "echo 'a  b' && exit 1"] } },
  ],
  [
    "accepts commands as a JSON array",
    one,
    { command: '["node",\n "a b.js", ""]' },
    { web: { command: ["node", "a b.js", ""] } },
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
    "can remove the environment",
    one,
    { "environment-variables": "-A\nC=3" },
    { web: { environment: variables(["B", "2"], ["C", "3"]) } },
  ],
  [
    "sets secrets without any environment",
    one,
    { secrets: "T=arn:aws:secretsmanager:us-east-1:1:secret:x:key::" },
    {
      web: {
        secrets: [
          { name: "S", valueFrom: "arn:s" },
          { name: "T", valueFrom: "arn:aws:secretsmanager:us-east-1:1:secret:x:key::" },
        ],
      },
    },
  ],
])("%s", async (_, containers, inputs, expected) => {
  expect(await bench.containersAfter(containers, inputs)).toMatchObject(expected);
});

test("accepts YAML with comments as a task definition", async () => {
  const file = bench.file(
    "taskdef.yaml",
    "# ours\nfamily: f\ncpu: '256'\ncontainerDefinitions:\n  - name: web # the only one\n    image: <IMAGE>\n",
  );
  const { taskDefinition } = await bench.render({ "task-definition": file, images: "web:2" });
  expect(taskDefinition).toEqual({
    family: "f",
    cpu: "256",
    containerDefinitions: [{ name: "web", image: "web:2" }],
  });
});

test("reports a fault of a YAML file with its line", async () => {
  const file = bench.file("taskdef.yml", "family: f\ncontainerDefinitions:\n  - name: web\n    image: 1\n");
  await expect(bench.render({ "task-definition": file })).rejects.toThrow(
    /taskdef\.yml:4: containerDefinitions\[web\]\.image is a number/,
  );
});
