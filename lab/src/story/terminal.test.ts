import { describe, expect, it } from "vitest";
import { chapterList } from "./chapter-list.ts";
import { parseArguments } from "./command-line.ts";
import { machineEnvironment } from "./machine-environment.ts";
import { createProgress } from "./progress.ts";
import { createStepRecorder } from "./record-steps.ts";

const everyChapter = chapterList.map(({ name }) => name);

describe("arguments", () => {
  it.each([
    { argv: [], once: false, runtime: undefined, listenerOffset: 20_000 },
    { argv: ["--once"], once: true, runtime: undefined, listenerOffset: 10_000 },
    { argv: ["--runtime", "docker"], once: false, runtime: "docker", listenerOffset: 20_000 },
  ])("have defaults: $argv", ({ argv, ...given }) => {
    const defaults = { help: false, list: false, port: 4566, timeScale: 60 };
    expect(parseArguments(argv)).toEqual({ ...defaults, chapters: everyChapter, ...given });
  });

  it("select chapters with those they need, and tell them once", () => {
    const { once, chapters, listenerOffset } = parseArguments(["--chapters", "rollback, source-ip"]);
    expect(once).toBe(true);
    expect(listenerOffset).toBe(10_000);
    expect(chapters).toEqual(["provision", "first-release", "blue-green", "rollback", "source-ip"]);
  });

  it.each([
    [["--port", "x"], '--port: "x" is not a whole number from 0 to 65535'],
    [["--listener-offset", "60000"], '--listener-offset: "60000" is not a whole number from 0 to 57455'],
    [["--time-scale", "0"], '--time-scale: "0" is not a whole number from 1 to 10000'],
    [["--runtime", "podman"], '--runtime: "podman" is not one of process, docker'],
    [
      ["--chapters", "provision,teardown"],
      '--chapters: "teardown" is not a chapter; these are:\n\n  provision       create',
    ],
    [["--twice"], "Unknown option '--twice'"],
    [["now"], "Unexpected argument 'now'"],
  ])("%j is refused", (argv, message) => {
    expect(() => parseArguments(argv)).toThrow(message);
  });
});

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
