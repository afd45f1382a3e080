import { expect, it } from "vitest";
import { runHere } from "../../core/entry.support.ts";
import type { BuiltImage } from "./build-image.ts";
import type { MadeImage } from "./make-image.ts";
import { publish } from "./publish.ts";

const digest = `sha256:${"a".repeat(64)}`;
const built: BuiltImage = {
  image: `registry.example/customer@${digest}`,
  portableImage: `ecr://customer@${digest}`,
  digest,
  built: true,
  tags: ["v1", "latest"],
  source: {
    digest: `sha256:${"b".repeat(64)}`,
    tag: `source-${"b".repeat(40)}`,
    files: [
      { path: "public", kind: "folder", executable: false, size: 0 },
      { path: "public/style.css", kind: "file", executable: false, size: 500_000 },
      { path: "server.mjs", kind: "file", executable: false, size: 412_000 },
    ],
  },
  parts: [
    { what: "base layer", digest, size: 44_000_000, how: "mounted" },
    { what: "context", digest, size: 300_000, how: "uploaded" },
  ],
};

const summaryOf = async (image: MadeImage) => (await runHere(() => publish(image))).summary.trimEnd();

it("shows the image in one line, with its parts and its size folded", async () => {
  expect(
    await summaryOf(built),
  ).toBe(`<details><summary>✅ Image customer@sha256:aaaaaaaaaaaa pushed</summary>

- Image: registry.example/customer@${digest}
- Source: sha256:bbbbbbbbbbbb, 2 files, 912 kB
- Size: 44.3 MB compressed, 2 parts
- Tags: v1, latest

<details><summary>Parts</summary>

| Part | Digest | Compressed | What happened |
| --- | --- | ---: | --- |
| base layer | sha256:aaaaaaaaaaaa | 44.0 MB | mounted |
| context | sha256:aaaaaaaaaaaa | 300 kB | uploaded |

</details>

</details>`);
});

it("shows an image that was written to a file", async () => {
  const file = { path: "out/image.tar", size: 46_000_000 };
  const summary = await summaryOf({ ...built, image: "", file, tags: [], source: undefined });
  expect(summary).toContain("Image written to image.tar, 46.0 MB, sha256:aaaaaaaaaaaa</summary>");
  expect(summary).not.toMatch(/Source|Tags/);
});

it("links to an image in ECR", async () => {
  const image = `123456789012.dkr.ecr.eu-west-3.amazonaws.com/shop/customer@${digest}`;
  expect(await summaryOf({ ...built, image })).toContain(
    `<a href="https://eu-west-3.console.aws.amazon.com/ecr/repositories/private/123456789012/shop/customer/_/image/${digest}/details?region=eu-west-3">image</a></summary>`,
  );
});

it("says why nothing was built", async () => {
  expect(await summaryOf({ ...built, built: false, tags: [] })).toContain(
    `Nothing was built or pushed: the repository already has the image of this source, with the tag \`source-${"b".repeat(40)}\`.`,
  );
});

it("shows the base image", async () => {
  expect(await summaryOf({ ...built, base: "node:24@sha256:1" })).toContain(
    "\n- Base image: node:24@sha256:1\n",
  );
});
