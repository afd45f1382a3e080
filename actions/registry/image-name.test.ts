import { expect, test } from "vitest";
import { parseImageName } from "./image-name.ts";

const hub = "registry-1.docker.io";
const ecr = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
const digest = `sha256:${"0".repeat(64)}`;

test.each([
  ["nginx", "nginx", hub, "library/nginx", "latest"],
  ["docker.io/me/app:1.0", "docker.io/me/app", hub, "me/app", "1.0"],
  ["ghcr.io/me/app:v1", "ghcr.io/me/app", "ghcr.io", "me/app", "v1"],
  ["localhost:5000/app", "localhost:5000/app", "localhost:5000", "app", "latest"],
  ["localhost/base", "localhost/base", "localhost", "base", "latest"],
  ["[::1]:5000/base", "[::1]:5000/base", "[::1]:5000", "base", "latest"],
  [`${ecr}/a/b__c:x_1`, `${ecr}/a/b__c`, ecr, "a/b__c", "x_1"],
  [`web:${"a".repeat(128)}`, "web", hub, "library/web", "a".repeat(128)],
  [`web:1@${digest}`, "web", hub, "library/web", "1", digest],
  [`public.ecr.aws/a/node@${digest}`, "public.ecr.aws/a/node", "public.ecr.aws", "a/node", "latest", digest],
])("reads %s as Docker reads it", (text, repository, host, name, tag, itsDigest?: string) => {
  expect(parseImageName(text)).toEqual({ repository, host, name, tag, digest: itsDigest });
});

test.each([
  "",
  "Web",
  "web:",
  "web:-1",
  "a//b",
  "web@sha256:abc",
  "https://x.io/web",
  `web:${"a".repeat(129)}`,
])("refuses %j as an image name", (text) => {
  expect(parseImageName(text)).toBeUndefined();
});
