// The repository's name is a placeholder until it is published. `scripts/release.ts` imports this file where no package
// is installed.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Written apart from the name, so that this file keeps it. */
const owner = "OWNER";
const placeholder = `${owner}/ecs-delivery`;

/** `OWNER/NAME` and `OWNER/REPOSITORY` stand for repositories of the user. */
const left = /\bOWNER(?:\\?\/(?!NAME\b|REPOSITORY\b)|\.github\.io)/;
const instruction = /`OWNER`/;

/** Returns why this is not the name of a repository on GitHub; undefined for one that is. */
export function problemWithName(repository: string): string | undefined {
  const [account = "", name = "", ...more] = repository.split("/");
  const isAccount = account.length <= 39 && /^[a-z\d]+(?:-[a-z\d]+)*$/i.test(account) && account !== owner;
  const isName = name.length <= 100 && /^[\w.-]+$/.test(name) && !/^\.{1,2}$|\.git$/i.test(name);
  if (isAccount && isName && more.length === 0) return undefined;
  return `"${repository}" is not a repository on GitHub. Fix: give its account and its name, such as octo/ecs-delivery`;
}

/** Returns a file's text with the repository's name, and without instructions to replace the placeholder. */
export function withName(repository: string, path: string, text: string): string {
  const [account = "", name = ""] = repository.split("/");
  const named = text
    .replaceAll(`${placeholder} && cd ecs-delivery`, `${repository} && cd ${name}`)
    .replaceAll(placeholder, repository)
    .replaceAll(placeholder.replace("/", "\\/"), repository.replace("/", "\\/"))
    .replaceAll(`${owner}.github.io/ecs-delivery`, `${account.toLowerCase()}.github.io/${name}`);
  if (!path.endsWith(".md")) return named;
  return named.replace(/(replace )`OWNER`(?:,| and) /gi, "$1").replace(/Replace `OWNER`; /g, "");
}

/** Returns the lines that still have the placeholder, as `path:line`. */
export function placeholdersIn(root: string, files: readonly string[]): string[] {
  return files.flatMap((path) =>
    readFileSync(join(root, path), "utf8")
      .split("\n")
      .flatMap((line, index) =>
        left.test(line) || (path.endsWith(".md") && instruction.test(line)) ? [`${path}:${index + 1}`] : [],
      ),
  );
}

/** The repository's text files. */
export function textFiles(root: string): string[] {
  const listed = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" });
  const files = listed.split("\0").filter((path) => path !== "" && !/\.(?:png|ico|woff2)$/.test(path));
  return files.filter((path) => existsSync(join(root, path)));
}
