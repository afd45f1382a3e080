import { expect, it } from "vitest";
import { findDescendants, parseRecords, removeBuildCache } from "./docker.ts";

const usage = `ID:		base
Created at:	2026-11-25 17:12:19 +0000 UTC
Description:	pulled from 127.0.0.1:4566/base@sha256:0123
Type:		regular

ID:		packages
Parent:		base
Description:	mount / from exec npm ci
Type:		regular

ID:		bundle
Parents:
 - packages
 - context
Description:	[build 9/9] COPY . .
Type:		regular

ID:		context
Description:	local source for context
Type:		source.local

ID:		elsewhere
Parent:		other
Description:	mount / from exec npm ci
Type:		regular

Reclaimable:	40MB
Total:		40MB
`;

it("removes what was built on the registry's images and leaves other builds alone", async () => {
  const commands: (readonly string[])[] = [];
  await removeBuildCache(async (args) => {
    commands.push(args);
    return args[1] === "du" ? usage : "";
  }, "127.0.0.1:4566");
  expect(commands.at(-1)).toEqual(["buildx", "prune", "--force", "--filter", "id=base|packages|bundle"]);
});

it("removes nothing when no record comes from the registry", async () => {
  const commands: (readonly string[])[] = [];
  await removeBuildCache(async (args) => {
    commands.push(args);
    return usage;
  }, "127.0.0.1:9999");
  expect(commands).toEqual([["buildx", "du", "--verbose"]]);
});

it("finds descendants in any order of the records", () => {
  const records = parseRecords(usage).reverse();
  expect(findDescendants(records, ({ id }) => id === "base").sort()).toEqual(["base", "bundle", "packages"]);
});
