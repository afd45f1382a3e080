import { expect, it } from "vitest";
import type { BuiltImage } from "./build-image.ts";
import { summarize } from "./summary.ts";

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
  scan: undefined,
  durations: new Map([
    ["looking", 120],
    ["building", 1_400],
  ]),
};

it("shows the image's parts, its size, and the duration of each step", () => {
  expect(summarize(built)).toBe(`### Pushed: \`registry.example/customer@${digest}\`

|  |  |
| --- | --- |
| Source | sha256:bbbbbbbbbbbb, 2 files, 912 kB |
| Image | 44.3 MB compressed, 2 parts |
| Tags | v1, latest |
| Time | looking 120 ms, building 1 s |

| part | digest | compressed | what happened |
| --- | --- | --- | --- |
| base layer | sha256:aaaaaaaaaaaa | 44.0 MB | mounted |
| context | sha256:aaaaaaaaaaaa | 300 kB | uploaded |`);
});

it("says why nothing was built", () => {
  expect(summarize({ ...built, built: false, tags: [] })).toContain(
    `Nothing was built or pushed: the repository already has the image of this source, with the tag \`source-${"b".repeat(40)}\`.`,
  );
});

it("includes the records of builder and scan", () => {
  const scan = {
    status: "passed",
    counts: undefined,
    summary: "#### Scan passed",
    failure: undefined,
  } as const;
  expect(summarize({ ...built, record: "#### Steps", scan })).toMatch(/#### Steps\n\n#### Scan passed$/);
});
