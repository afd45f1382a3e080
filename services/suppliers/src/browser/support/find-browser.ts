import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The headless shell comes first: it opens a page in half the time of a complete browser. */
export const browserNames = ["chromium-headless-shell", "chromium", "google-chrome"];

/** Returns the first browser on a `PATH` that the tests can control; throws an error that states how to get one. */
export function findBrowser(path: string): string {
  const files = browserNames.flatMap((name) => path.split(delimiter).map((folder) => join(folder, name)));
  const found = files.find(isExecutable);
  if (found) return found;
  throw new Error(
    `the tests of the pages need ${browserNames.join(" or ")} on the PATH: install Debian's package "${browserNames[0]}"`,
  );
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
