import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ECRClient } from "@aws-sdk/client-ecr";
import { ECSClient } from "@aws-sdk/client-ecs";
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

export interface Workbench {
  readonly folder: string;
  /** Warnings of all renderings. */
  readonly warnings: readonly string[];
  /** Returns the path of a new file; objects become JSON. */
  file(name: string, content: unknown): string;
  /** Renders from inputs as a workflow sets them. */
  render(inputs: Readonly<Record<string, string>>, config?: ClientConfig): ReturnType<typeof render>;
  close(): void;
}

export function createWorkbench(): Workbench {
  const folder = mkdtempSync(join(tmpdir(), "render-test-"));
  const warnings: string[] = [];
  return {
    folder,
    warnings,
    file(name, content) {
      const path = join(folder, name);
      writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content, null, 2));
      return path;
    },
    render: async (inputs, config = nowhere) =>
      render(
        readRenderInputs((name) => inputs[name] ?? ""),
        {
          ...createTestFixture(folder, config),
          log: { info: () => {}, notice: () => {}, warning: (line) => void warnings.push(line) },
        },
      ),
    close: () => rmSync(folder, { recursive: true }),
  };
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
