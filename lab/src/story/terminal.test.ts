import { describe, expect, it } from "vitest";
import { machineEnvironment } from "./machine-environment.ts";
import { createProgress } from "./progress.ts";
import { createStepRecorder } from "./record-steps.ts";

describe("progress", () => {
  const tell = async (isTTY: boolean, interruption = new AbortController()) => {
    const written: string[] = [];
    const progress = createProgress(
      { isTTY, columns: 40, write: (text) => written.push(text) },
      interruption.signal,
    );
    const steps = createStepRecorder(progress);
    await steps.perform("one", async () => {});
    await steps.check("two", async () => {
      throw new Error("no\nhow");
    });
    return { text: written.join(""), steps: steps.steps };
  };

  it("is plain lines where there is no terminal", async () => {
    const { text, steps } = await tell(false);
    expect(text.replaceAll(/\d+\.\d s/g, "T")).toBe("✓ one T\n✗ two T\n  no\n  how\n");
    expect(steps.map(({ name, ok, problem }) => ({ name, ok, problem }))).toEqual([
      { name: "one", ok: true, problem: undefined },
      { name: "two", ok: false, problem: "no\nhow" },
    ]);
  });

  it("shows on a terminal what is under way", async () => {
    const { text } = await tell(true);
    expect(text).toContain("… one\r\u001b[2K\u001b[32m✓\u001b[0m one");
  });

  it("is silent once interrupted", async () => {
    const interruption = new AbortController();
    interruption.abort();
    expect((await tell(false, interruption)).text).toBe("");
  });
});

it("the runner's machine has nothing of the user's AWS settings", () => {
  const user = {
    PATH: "/bin",
    AWS_PROFILE: "mine",
    AWS_ACCESS_KEY_ID: "real",
    NODE_OPTIONS: "--x",
    npm_config_registry: "r",
  };
  const environment = machineEnvironment(user, "http://127.0.0.1:1", "/tmp/x");
  expect(environment).toMatchObject({
    PATH: "/bin",
    npm_config_registry: "r",
    AWS_ENDPOINT_URL: "http://127.0.0.1:1",
  });
  expect(environment).not.toHaveProperty("AWS_PROFILE");
  expect(environment).not.toHaveProperty("AWS_ACCESS_KEY_ID");
  expect(environment).not.toHaveProperty("NODE_OPTIONS");
  expect(environment.AWS_CONFIG_FILE).toBe("/tmp/x/no-aws-config");
});
