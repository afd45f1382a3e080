import { chmod, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { useEmptyFolder } from "@ecs-delivery/program/test-folder.support";
import { expect, it } from "vitest";
import { findBrowser } from "./find-browser.ts";

const folder = useEmptyFolder();

async function install(name: string, mode: number) {
  await writeFile(join(folder, name), "");
  await chmod(join(folder, name), mode);
}

it("prefers the headless shell, wherever on the PATH it is", async () => {
  await install("google-chrome", 0o755);
  expect(findBrowser(folder)).toBe(join(folder, "google-chrome"));
  await install("chromium", 0o755);
  expect(findBrowser(folder)).toBe(join(folder, "chromium"));
  await install("chromium-headless-shell", 0o755);
  expect(findBrowser(["/nowhere", folder].join(delimiter))).toBe(join(folder, "chromium-headless-shell"));
});

it("names the package to install when no browser can be run", async () => {
  await install("chromium", 0o644);
  expect(() => findBrowser(folder)).toThrow(/install Debian's package "chromium-headless-shell"/);
});
