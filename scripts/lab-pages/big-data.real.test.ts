import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { freeOffset, startLab, useMachine } from "@ecs-delivery/lab/story.support";
import { expect, test } from "vitest";
import { codeBlocksOf } from "./markdown.support.ts";

const machine = await useMachine();
const page = join(import.meta.dirname, "../../docs/lab/phase-10-big-data.en.md");

/** Shorter loads and fewer rows: what they measure depends on the machine, and is not checked. */
const shorter: readonly (readonly [RegExp, string])[] = [
  [/--duration \d+s( --warm-up \d+s)?/g, "--duration 2s"],
  [/--settle-for 5s/g, "--settle-for 0"],
  [/1 2 3 4 6/g, "1 2 3"],
  [/\bsleep 8\b/g, "sleep 1"],
  [/1000000/g, "10000"],
];

test("every command of phase 10 works in a lab with stated times", { timeout: 1_800_000 }, async () => {
  const offset = await freeOffset("standard");
  const blocks = codeBlocksOf(await readFile(page, "utf8"));
  const [command = ""] = blocks.filter(({ language }) => language === "console").map(({ text }) => text);
  const options = /^\$ npm run lab -- (.+)$/m.exec(command)?.[1]?.split(" ") ?? [];
  const lab = startLab(machine, ...options, "--port", "0", "--listener-offset", String(offset));
  const ended = once(lab, "exit");
  const lines: string[] = [];
  let output = "";
  for await (const line of createInterface({ input: lab.stdout as NodeJS.ReadableStream })) {
    lines.push(line);
    if (!line.startsWith("Watch it in a browser:")) continue;
    const pasted = lines.filter((each) => /^(unset|export) /.test(each));
    const shown = blocks.filter(({ language }) => language === "sh").map(({ text }) => text);
    const commands = shorter
      .reduce((text, [pattern, by]) => text.replaceAll(pattern, by), shown.join("\n"))
      .replace("127.0.0.1:20080", `127.0.0.1:${80 + offset}`);
    const script = [...pasted, commands].join("\n");
    const settings = { cwd: machine.clone, env: { ...process.env, TMPDIR: machine.temporary } };
    const bash = promisify(execFile)("bash", ["-eu", "-o", "pipefail", "-c", script], settings);
    output = await bash.then(
      ({ stdout }) => stdout,
      ({ stdout, stderr }) => `failed: ${stderr}\n${stdout}`,
    );
    break;
  }
  lab.kill("SIGINT");
  expect(await ended, lines.join("\n")).toEqual([0, null]);
  expect(output).not.toMatch(/^failed/);
  // A task of half a vCPU serves 50 a second and no more. The 24 that are sent last in two seconds count, too.
  const [, served] = /^ +1 +([\d.]+) +[\d.]+ +100 %/m.exec(output) ?? [];
  expect(Number(served), output).toBeGreaterThan(0);
  expect(Number(served)).toBeLessThan(63);
  expect(output).toMatch(/^\d{3,} bytes, [\d.]+ s$/m);
});
