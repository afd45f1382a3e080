import { expect, it } from "vitest";
import { parseImageReference } from "./image-reference.ts";

const digest = `sha256:${"a".repeat(64)}`;

it.each([
  [`node@${digest}`, "registry-1.docker.io", "library/node"],
  [`docker.io/library/node:24@${digest}`, "registry-1.docker.io", "library/node"],
  [`grafana/grafana@${digest}`, "registry-1.docker.io", "grafana/grafana"],
  [`public.ecr.aws/docker/library/node:24-slim@${digest}`, "public.ecr.aws", "docker/library/node"],
  [`gcr.io/distroless/nodejs24-debian12@${digest}`, "gcr.io", "distroless/nodejs24-debian12"],
  [`127.0.0.1:4566/base:v1@${digest}`, "127.0.0.1:4566", "base"],
  [`localhost/base@${digest}`, "localhost", "base"],
])("reads the image name %s as Docker does", (text, host, name) => {
  expect(parseImageReference(text)).toEqual({ host, name, digest });
});

it.each([
  "node",
  "node@sha256:abc",
  `Node@${digest}`,
  `@${digest}`,
  `a b/node@${digest}`,
  `node@${digest}@${digest}`,
])("finds no pinned image in %j", (text) => {
  expect(parseImageReference(text)).toBeUndefined();
});
