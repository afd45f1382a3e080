// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the variables of Dockerfiles
import { describe, expect, it } from "vitest";
import { planBuild } from "./plan.ts";

const plan = (
  text: string,
  { buildArgs = {}, target = undefined as string | undefined, platforms = ["linux/amd64"] } = {},
) =>
  planBuild(text, { path: "Dockerfile", target, platforms, buildArgs: new Map(Object.entries(buildArgs)) });

describe("the base images of a Dockerfile", () => {
  it.each([
    ["a plain name", "FROM node:24", ["node:24"]],
    [
      "lowercase keywords, options and a stage's name",
      "from --platform=$BUILDPLATFORM node:24 as build",
      ["node:24"],
    ],
    ["no image", "FROM scratch\nCOPY a /", []],
    ["an earlier stage", "FROM node:24 AS Base\nFROM base", ["node:24"]],
    ["the name of a later stage", "FROM base\nFROM node:24 AS base\nCOPY --from=0 /a /", ["base", "node:24"]],
    ["a copy from an image", "FROM scratch\nCOPY --chown=1 --from=busybox:1 /a /b", ["busybox:1"]],
    ["a copy from a stage by number", "FROM node:24\nFROM scratch\nCOPY --from=0 /a /", ["node:24"]],
    [
      "a mount of an image",
      'FROM node:24\nRUN --mount=type=cache,target=/c --mount=type=bind,from=golang:1,target=/go ["go"]',
      ["golang:1", "node:24"],
    ],
    ["only what the last stage needs", "FROM golang:1 AS tools\nFROM node:24", ["node:24"]],
    ["an argument", "ARG BASE=node:24\nFROM $BASE", ["node:24"]],
    ["an argument of an argument", "ARG V=24\nARG BASE=node:${V}-slim\nFROM ${BASE}", ["node:24-slim"]],
    ["quotes and several arguments", `ARG A="node" V='24'\nFROM \${A}:\${V}`, ["node:24"]],
    ["a default in place", "FROM node:${V:-24}", ["node:24"]],
    ["the platform", "FROM node-${TARGETARCH}:24", ["node-amd64:24"]],
    ["continued lines", "FROM \\\n  # a comment\n\n  node:24 \\ \n AS build", ["node:24"]],
    [
      "the text of a here-document",
      "FROM node:24\nRUN <<-EOF cat <<'B'\nFROM a\n\tEOF\nFROM b\nB\nUSER 1",
      ["node:24"],
    ],
    ["a byte order mark and Windows line endings", "\uFEFFFROM node:24\r\nUSER 1\r\n", ["node:24"]],
  ])("are found: %s", (_, text, images) => {
    expect(plan(text)).toMatchObject({ images, unknown: [] });
  });

  it("include those of the given arguments", () => {
    const text = "ARG BASE=node:24\nARG TAG\nFROM $BASE AS a\nFROM base:$TAG\nCOPY --from=a /a /";
    const buildArgs = { BASE: "node:${literal}", TAG: "7" };
    expect(plan(text, { buildArgs }).images).toEqual(["base:7", "node:${literal}"]);
  });

  it("are those of every platform", () => {
    const platforms = ["linux/amd64", "linux/arm/v7"];
    expect(plan("FROM node-$TARGETARCH$TARGETVARIANT:24", { platforms }).images).toEqual([
      "node-amd64:24",
      "node-armv7:24",
    ]);
  });

  it.each([
    "FROM node:$VERSION",
    "FROM node:${V%.*}",
    "ARG S=1\nFROM node:24${S:+-slim}",
    "ARG V\nFROM node:$V",
    "FROM node-$BUILDARCH:24",
  ])("are left to BuildKit when only that can resolve them: %s", (text) => {
    expect(plan(text)).toMatchObject({ images: [], unknown: [expect.stringContaining("node")] });
  });
});

describe("the stage that becomes the image", () => {
  const text = "FROM node:24 AS build\nFROM scratch\nFROM golang:1 AS Test";
  it.each([
    [undefined, "test", ["golang:1"]],
    ["BUILD", "build", ["node:24"]],
    ["1", "stage-1", []],
  ])("with target %s is %s", (target, finalStage, images) => {
    expect(plan(text, { target })).toEqual({ finalStage, images, unknown: [] });
  });

  it("has to exist", () => {
    expect(() => plan(text, { target: "prod" })).toThrow(
      "Dockerfile does not have the stage prod; it has build, test",
    );
    expect(() => plan("FROM scratch", { target: "1" })).toThrow(
      "Dockerfile does not have the stage 1; no stage has a name",
    );
    expect(() => plan("# nothing\n")).toThrow("Dockerfile has no instruction FROM");
  });
});
