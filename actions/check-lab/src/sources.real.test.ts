import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { openCheckout } from "./sources.ts";

const folder = mkdtempSync(join(tmpdir(), "check-lab-git-"));
afterAll(() => rmSync(folder, { recursive: true }));

const git = (...args: string[]) =>
  execFileSync("git", ["-c", "user.name=ada", "-c", "user.email=ada@example.com", ...args], {
    cwd: join(folder, "own"),
  });

it("reads the tracked files, remotes and private keys of a Git repository", async () => {
  mkdirSync(join(folder, "own/customer"), { recursive: true });
  const write = (path: string, text: string) => writeFileSync(join(folder, "own", path), text);
  git("init", "--quiet");
  write("customer/index.js", "listen(8080)");
  write("customer/ünïcode.txt", "-----BEGIN RSA PRIVATE KEY-----\nx\n");
  git("add", ".");
  git("commit", "--quiet", "--message", "First");
  write("untracked.pem", "x");
  const checkout = openCheckout(join(folder, "own"));
  expect(await checkout.paths()).toEqual(["customer/index.js", "customer/ünïcode.txt"]);
  expect(await checkout.text("customer/index.js")).toBe("listen(8080)");
  expect(await checkout.text("missing.js")).toBeUndefined();
  expect(await checkout.remotes()).toEqual([]);
  expect(await checkout.withPrivateKey()).toEqual(["customer/ünïcode.txt"]);
  git("remote", "add", "origin", "https://example.com/ada.git");
  expect(await openCheckout(join(folder, "own")).remotes()).toEqual(["origin"]);
});

it("reports that a folder is not a Git repository", async () => {
  await expect(openCheckout(folder).paths()).rejects.toThrow(`${folder} is not a Git repository`);
});
