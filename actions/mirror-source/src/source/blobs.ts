import type { Git } from "../git/git.ts";
import type { Entry } from "./folder-tree.ts";

/** Reads contents by object id. */
export async function readBlobs(git: Git, files: readonly Entry[]): Promise<Map<string, Buffer>> {
  const ids = [...new Set(files.map(({ id }) => id))];
  const output = await git.bytes(["cat-file", "--batch"], { input: ids.map((id) => `${id}\n`).join("") });
  const contents = new Map<string, Buffer>();
  let at = 0;
  // Each record is "<id> blob <size>", a newline, the content, a newline. Source: git-cat-file(1).
  while (at < output.length) {
    const lineEnd = output.indexOf("\n", at);
    const [id = "", , size] = output.toString("latin1", at, lineEnd).split(" ");
    const end = lineEnd + 1 + Number(size);
    contents.set(id, output.subarray(lineEnd + 1, end));
    at = end + 1;
  }
  return contents;
}
