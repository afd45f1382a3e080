import { expect, test } from "vitest";
import { parseImageName } from "./image-name.ts";

const digest = `sha256:${"0".repeat(64)}`;

test.each<[string, object]>([
  ["nginx", { repository: "nginx", host: "registry-1.docker.io", name: "library/nginx", tag: "latest" }],
  [
    "docker.io/me/app:1.0",
    { repository: "docker.io/me/app", host: "registry-1.docker.io", name: "me/app", tag: "1.0" },
  ],
  ["ghcr.io/me/app:v1", { repository: "ghcr.io/me/app", host: "ghcr.io", name: "me/app", tag: "v1" }],
  [
    "localhost:5000/app",
    { repository: "localhost:5000/app", host: "localhost:5000", name: "app", tag: "latest" },
  ],
  [
    "123456789012.dkr.ecr.us-east-1.amazonaws.com/a/b__c:x_1",
    { host: "123456789012.dkr.ecr.us-east-1.amazonaws.com", name: "a/b__c", tag: "x_1" },
  ],
  [
    `public.ecr.aws/docker/library/node:24-slim@${digest}`,
    { host: "public.ecr.aws", name: "docker/library/node", tag: "24-slim", digest },
  ],
  ["localhost/base", { host: "localhost", name: "base" }],
  ["[::1]:5000/base", { host: "[::1]:5000", name: "base" }],
  [`web:1@${digest}`, { repository: "web", tag: "1", digest }],
])("reads %s as Docker reads it", (text, parts) => {
  expect(parseImageName(text)).toMatchObject(parts);
});

test.each(["", "Web", "web:", "web:-1", "a//b", "web@sha256:abc", "https://x.io/web"])(
  "refuses %j as an image name",
  (text) => {
    expect(parseImageName(text)).toBeUndefined();
  },
);
