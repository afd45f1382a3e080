import { expect, test } from "vitest";
import { rememberReads } from "./remember-reads.ts";

/** Says how many commands have run, and waits for `held`. */
function countingGit() {
  const git = { held: Promise.resolve(), ran: 0 };
  const run = async () => {
    git.ran += 1;
    const said = Buffer.from(String(git.ran));
    await git.held;
    return said;
  };
  const { run: remembering, forget } = rememberReads(run);
  const say = async (id: string, ...args: string[]) => String(await remembering(id, args));
  return { git, forget, say };
}

test("a repository is asked once, until something is written to it", async () => {
  const { say, forget } = countingGit();
  expect(await say("a", "cat-file", "blob", "1")).toBe("1");
  expect(await say("a", "cat-file", "blob", "1")).toBe("1");
  expect(await say("a", "cat-file", "blob", "2")).toBe("2");
  expect(await say("b", "cat-file", "blob", "1")).toBe("3");
  expect(await say("a", "update-ref", "refs/heads/dev", "1")).toBe("4");
  expect(await say("a", "cat-file", "blob", "1")).toBe("5");
  expect(await say("b", "cat-file", "blob", "1")).toBe("3");
  forget("a");
  expect(await say("a", "cat-file", "blob", "1")).toBe("6");
});

test("a response from before a write is not kept", async () => {
  const { git, say, forget } = countingGit();
  let release = () => {};
  git.held = new Promise((resolve) => {
    release = resolve;
  });
  const early = say("a", "rev-parse", "dev");
  forget("a");
  release();
  expect(await early).toBe("1");
  expect(await say("a", "rev-parse", "dev")).toBe("2");
});

test("errors and large responses are not kept", async () => {
  let size = 64 * 1024;
  const { run } = rememberReads(async () => {
    if (size === 0) throw new Error("no such object");
    return Buffer.alloc(size);
  });
  const read = async (name: string) => (await run("a", ["cat-file", "blob", name])).length;
  expect(await read("small")).toBe(64 * 1024);
  size += 1;
  expect([await read("small"), await read("large")]).toEqual([64 * 1024, 64 * 1024 + 1]);
  size = 0;
  await expect(read("large")).rejects.toThrow("no such object");
  size = 1;
  expect(await read("large")).toBe(1);
});
