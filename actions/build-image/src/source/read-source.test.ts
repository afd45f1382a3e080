import { chmod, mkdir, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { useEmptyFolder, writeFiles } from "@ecs-delivery/program/test-folder.support";
import { beforeEach, describe, expect, it } from "vitest";
import { warnOfSecrets } from "../build-image.ts";
import type { Builder, Ingredients } from "../builder.ts";
import { readSource } from "./read-source.ts";

const folder = useEmptyFolder();
let context: string;
beforeEach(() => {
  context = join(folder, "context");
  writeFiles(context, { "server.mjs": "console.log(1)", "public/style.css": "body{}" });
});

const { signal } = new AbortController();

function read(
  ingredients: Ingredients = { kind: "oci" },
  labels = new Map<string, string>(),
  ignoreFile?: string,
) {
  const builder: Builder = {
    readIngredients: async () => ingredients,
    build: () => Promise.reject(new Error("nothing is built here")),
    ...(ignoreFile === undefined ? {} : { ignoreFile }),
  };
  return readSource({ context, labels }, builder, signal);
}

const write = (path: string, text: string) => writeFile(join(context, path), text);

it("lists the files in one order everywhere", async () => {
  await write("Z", "");
  await write("ä", "");
  await symlink("server.mjs", join(context, "main.mjs"));
  const { files } = await read();
  expect(files.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
    "file Z",
    "link main.mjs",
    "folder public",
    "file public/style.css",
    "file server.mjs",
    "file ä",
  ]);
});

it("warns of secrets that are not ignored, for each builder", async () => {
  for (const folder of [".git", ".aws"]) await mkdir(join(context, folder));
  for (const path of [".git/config", ".aws/credentials", ".env", ".npmrc", "tls.key", "ignored.pem"])
    await write(path, "");
  await write(".dockerignore", "ignored.pem\n");
  const warnings: string[] = [];
  const log = { info: () => {}, notice: () => {}, warning: (line: string) => void warnings.push(line) };
  warnOfSecrets(await read(), { log });
  expect(warnings).toEqual([
    expect.stringMatching(
      /^The image may contain \.aws\/credentials, \.env, \.git, \.npmrc, tls\.key\. Everyone .*\.dockerignore/,
    ),
  ]);
  warnOfSecrets({ files: [] }, { log });
  expect(warnings).toHaveLength(1);
});

it("identifies the source by a digest and a tag", async () => {
  const { digest, tag } = await read();
  expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(tag).toBe(`source-${digest.slice(7, 47)}`);
});

describe("the digest stays", () => {
  it.each<[string, () => Promise<unknown>]>([
    ["a change of time", () => utimes(join(context, "server.mjs"), 1, 1)],
    ["a mode that only concerns the reader", () => chmod(join(context, "server.mjs"), 0o600)],
    [
      "a move to another folder",
      async () => {
        await rename(context, `${context}-moved`);
        context = `${context}-moved`;
      },
    ],
  ])("after %s", async (_, change) => {
    const { digest } = await read();
    await change();
    expect((await read()).digest).toBe(digest);
  });

  it("with the ingredients in another order", async () => {
    const { digest } = await read({ a: 1, b: { c: 2, d: 3 } });
    expect((await read({ b: { d: 3, c: 2 }, a: 1 })).digest).toBe(digest);
  });
});

describe("the digest changes", () => {
  it.each<[string, () => Promise<unknown>]>([
    ["content", () => write("server.mjs", "console.log(2)")],
    ["a large file's last byte", () => write("server.mjs", `${" ".repeat(3_000_000)}x`)],
    ["executability", () => chmod(join(context, "server.mjs"), 0o755)],
    ["a name", () => rename(join(context, "server.mjs"), join(context, "main.mjs"))],
    ["an empty folder", () => mkdir(join(context, "empty"))],
    ["a link", () => symlink("server.mjs", join(context, "main.mjs"))],
  ])("with %s", async (_, change) => {
    const { digest } = await read();
    await change();
    expect((await read()).digest).not.toBe(digest);
  });

  it("with a link's target, an ingredient and a label", async () => {
    const digests = [(await read()).digest];
    await symlink("server.mjs", join(context, "link"));
    digests.push((await read()).digest);
    await rm(join(context, "link"));
    await symlink("./server.mjs", join(context, "link"));
    digests.push((await read()).digest);
    digests.push((await read({ kind: "oci", user: "1000" })).digest);
    digests.push((await read({ kind: "oci" }, new Map([["team", "coffee"]]))).digest);
    expect(new Set(digests).size).toBe(5);
  });
});

describe("the ignore file", () => {
  it("excludes and includes files again", async () => {
    await mkdir(join(context, "node_modules"));
    await write("node_modules/a.js", "");
    await write("node_modules/keep.js", "");
    await write(".dockerignore", "node_modules\n!node_modules/keep.js\n.dockerignore\npublic");
    const { files } = await read();
    expect(files.map(({ path }) => path)).toEqual(["node_modules", "node_modules/keep.js", "server.mjs"]);
  });

  it("of the builder replaces the context's", async () => {
    await write(".dockerignore", "public");
    await write("web.Dockerfile.dockerignore", "*.mjs\n*.dockerignore\n.dockerignore");
    const own = join(context, "web.Dockerfile.dockerignore");
    const { files } = await read(undefined, undefined, own);
    expect(files.map(({ path }) => path)).toEqual(["public", "public/style.css"]);
    const without = await read(undefined, undefined, join(context, "none.dockerignore"));
    expect(without.files.some(({ path }) => path === "public")).toBe(false);
  });
});

it("refuses files that no image can contain", async () => {
  const server = createServer().listen(join(context, "socket"));
  await expect(read()).rejects.toMatchObject({
    message: `${join(context, "socket")} is not a file, folder or link`,
    nextStep: expect.stringContaining(".dockerignore"),
  });
  await new Promise((done) => server.close(done));
});
