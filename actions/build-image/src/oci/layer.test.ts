import { chmod, chown, mkdir, symlink, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { useEmptyFolder } from "@ecs-delivery/program/test-folder.support";
import { listLayer } from "@ecs-delivery/simulator/runtime/tasks/list-layer.support";
import { expect, it } from "vitest";
import { listFiles, readIgnore } from "../source/list-files.ts";
import { packLayer } from "./layer.ts";

const folder = useEmptyFolder();

async function pack(context: string, path = join(folder, "layer.tar.gz")) {
  const files = await listFiles(context, await readIgnore(context, undefined));
  const signal = new AbortController().signal;
  return packLayer({ context, files, workingDirectory: "/app", path, signal });
}

const contents: Readonly<Record<string, string>> = {
  "server.mjs": "console.log('customer')",
  "public/style.css": "body{}",
  "public/ä.txt": "ä",
  "a b/c": "",
  [`deep/${"n".repeat(120)}/${"m".repeat(120)}`]: "longer than a header's name",
};

/** Writes the same context in another order, at another time, with another umask and owner. */
async function write(name: string, order: (paths: string[]) => string[], mode: number, seconds: number) {
  const context = join(folder, name);
  for (const path of order(Object.keys(contents))) {
    const file = join(context, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, contents[path] ?? "");
    await chmod(file, mode);
    await utimes(file, seconds, seconds);
    // Only root may give files away.
    if (process.getuid?.() === 0) await chown(file, seconds, seconds);
  }
  await symlink("server.mjs", join(context, "main.mjs"));
  return context;
}

it("gives the same bytes for the same content, at any time, by any user and however it was written", async () => {
  const one = await pack(await write("one", (paths) => paths, 0o644, 1000));
  const other = await pack(await write("other", (paths) => paths.toReversed(), 0o600, 2000));
  expect([other.digest, other.diffId, other.size]).toEqual([one.digest, one.diffId, one.size]);
});

it("gives other bytes when a file becomes executable", async () => {
  const context = await write("one", (paths) => paths, 0o644, 1000);
  const { digest } = await pack(context);
  await chmod(join(context, "server.mjs"), 0o744);
  expect((await pack(context)).digest).not.toBe(digest);
});

it("packs the files that .dockerignore does not exclude, readable by tar", async () => {
  const context = await write("one", (paths) => paths, 0o644, 1000);
  await writeFile(join(context, ".dockerignore"), ".dockerignore\ndeep\npublic/*\n!public/style.css\n");
  const { path, files } = await pack(context);
  expect(await listLayer(path)).toEqual([
    "Directory 755 0/0 0 0 app/",
    "Directory 755 0/0 0 0 app/a b/",
    "File 644 0/0 0 0 app/a b/c",
    "SymbolicLink 777 0/0 0 0 app/main.mjs -> server.mjs",
    "Directory 755 0/0 0 0 app/public/",
    "File 644 0/0 6 0 app/public/style.css",
    "File 644 0/0 23 0 app/server.mjs",
  ]);
  expect(files).toBe(4);
});

it("reports a full disk", async () => {
  const context = await write("one", (paths) => paths, 0o644, 1000);
  await expect(pack(context, "/dev/full")).rejects.toMatchObject({
    message: "The disk is full: no space for the image layer (/dev/full)",
    nextStep: expect.stringContaining(".dockerignore"),
  });
});

it("names a file that changed while it was packed", async () => {
  const context = await write("one", (paths) => paths, 0o644, 1000);
  const files = await listFiles(context, await readIgnore(context, undefined));
  await writeFile(join(context, "server.mjs"), "longer than it was when it was listed");
  const signal = new AbortController().signal;
  const path = join(folder, "layer.tar.gz");
  await expect(packLayer({ context, files, workingDirectory: "/app", path, signal })).rejects.toThrow(
    `${join(context, "server.mjs")} changed while it was packed`,
  );
});
