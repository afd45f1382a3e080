// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the variables of Dockerfiles
import { expect, it } from "vitest";
import { readNames } from "./bases.ts";

const names = (
  text: string,
  { buildArgs = {}, target = undefined as string | undefined, platforms = ["linux/amd64"] } = {},
) =>
  readNames(text, {
    dockerfile: "Dockerfile",
    target,
    platforms,
    buildArgs: new Map(Object.entries(buildArgs)),
  });

it.each([
  ["lowercase keywords, options, a stage", "from --platform=$BUILDPLATFORM node:24 as build", ["node:24"]],
  ["no image", "FROM scratch\nCOPY a /", []],
  ["another stage, by name or number", "FROM node:24 AS Base\nFROM base\nCOPY --from=0 /a /", ["node:24"]],
  ["a base with the stage's own name", "FROM node AS node\nFROM node", ["node"]],
  ["a copy from an image", "FROM scratch\nCOPY --chown=1 --from=busybox:1 /a /b", ["busybox:1"]],
  [
    "a mount of an image",
    'FROM node:24\nRUN --mount=type=cache,target=/c --mount=type=bind,from=golang:1,target=/go ["go"]',
    ["golang:1", "node:24"],
  ],
  ["an argument of an argument", "ARG V=24\nARG BASE=node:${V}-slim\nFROM ${BASE}", ["node:24-slim"]],
  ["quotes and several arguments", `ARG A="node" V='24'\nFROM \${A}:\${V}`, ["node:24"]],
  ["a default in place", "FROM node:${V:-24}", ["node:24"]],
  ["continued lines", "FROM \\\n  # a comment\n\n  node:24 \\ \n AS build", ["node:24"]],
  ["a byte order mark and Windows line endings", "\uFEFFFROM node:24\r\nUSER 1\r\n", ["node:24"]],
])("finds the images of a Dockerfile with %s", (_, text, images) => {
  expect(names(text)).toMatchObject({ images, unknown: [] });
});

it("finds those of the given arguments, for every platform", () => {
  const options = { buildArgs: { BASE: "shop/base" }, platforms: ["linux/amd64", "linux/arm/v7"] };
  expect(names("ARG BASE=node\nFROM $BASE-$TARGETARCH$TARGETVARIANT:24", options).images).toEqual([
    "shop/base-amd64:24",
    "shop/base-armv7:24",
  ]);
});

it.each([
  "FROM node:$VERSION",
  "FROM node:${V%.*}",
  "ARG V\nFROM node:$V",
  "FROM scratch\nCOPY --from=node:$V /a /",
])("leaves to BuildKit what only that can resolve: %s", (text) => {
  expect(names(text)).toMatchObject({ images: [], unknown: [expect.stringContaining("node")] });
});

it.each([
  [undefined, "test"],
  ["BUILD", "build"],
  ["1", "stage-1"],
])("with target %s the image is the stage %s", (target, finalStage) => {
  const text = "FROM node:24 AS build\nFROM scratch\nFROM golang:1 AS Test";
  expect(names(text, { target }).finalStage).toBe(finalStage);
});

it("refuses a target that is not a stage", () => {
  expect(() => names("FROM scratch", { target: "1" })).toThrow(
    "Dockerfile does not have the stage 1; no stage has a name",
  );
});
