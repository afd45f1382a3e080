import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ECRClient } from "@aws-sdk/client-ecr";
import { type ContainerDefinition, ECSClient } from "@aws-sdk/client-ecs";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import type { RenderContext } from "./context.ts";
import { readRenderInputs } from "./inputs.ts";
import { render } from "./render.ts";

type ClientConfig = ConstructorParameters<typeof ECSClient>[0];

/** Port 1 has no server: rendering from a file must not call AWS. */
const nowhere: ClientConfig = {
  endpoint: "http://127.0.0.1:1",
  region: "us-east-1",
  credentials: { accessKeyId: "x", secretAccessKey: "x" },
  maxAttempts: 1,
};

export const web: ContainerDefinition = {
  name: "web",
  image: "web:1",
  environment: [
    { name: "A", value: "1" },
    { name: "B", value: "2" },
  ],
  secrets: [{ name: "S", valueFrom: "arn:s" }],
  dockerLabels: { team: "tea" },
  logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": "g" } },
};
export const side: ContainerDefinition = { name: "side", image: "side:1" };
export const one = [web];
export const two = [web, side];

export const variables = (...pairs: [string, string][]) => pairs.map(([name, value]) => ({ name, value }));

/** Creates a workbench for the tests of one file. */
export function createWorkbench() {
  const folder = useFolder();
  const warnings: string[] = [];
  /** Returns the path of a new file; objects become JSON. */
  const file = (name: string, content: unknown) => {
    const path = join(folder, name);
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content, null, 2));
    return path;
  };
  /** Renders from inputs as a workflow sets them; keeps the warnings. */
  const renderWith = async (inputs: Readonly<Record<string, string>>, config = nowhere) =>
    render(
      readRenderInputs((name) => inputs[name] ?? ""),
      {
        ...createTestFixture(folder, config),
        log: { info: () => {}, notice: () => {}, warning: (line) => void warnings.push(line) },
      },
    );
  /** Renders a file with these containers; returns the rendered ones by name. */
  const containersAfter = async (
    containerDefinitions: ContainerDefinition[],
    inputs: Readonly<Record<string, string>>,
  ): Promise<Record<string, ContainerDefinition>> => {
    const path = file("taskdef.json", { family: "f", containerDefinitions });
    const { taskDefinition } = await renderWith({ "task-definition": path, ...inputs });
    const list = taskDefinition.containerDefinitions ?? [];
    return Object.fromEntries(list.map((container) => [container.name ?? "", container]));
  };
  return { folder, warnings, file, render: renderWith, containersAfter };
}

export function createTestFixture(folder: string, config: ClientConfig = nowhere): RenderContext {
  return {
    ecs: new ECSClient({ ...config }),
    createEcr: async () => new ECRClient({ ...config }),
    variables: { DOCKER_CONFIG: folder },
    clock: { now: Date.now, wait: async () => {} },
    log: { info: () => {}, notice: () => {}, warning: () => {} },
    mask: () => {},
    signal: new AbortController().signal,
  };
}
