import { extname } from "node:path";
import { findDataPositions, parseData } from "../../../core/data-file.ts";
import { Failure, type Place } from "../../../core/failure.ts";
import { fillDataText } from "../../../core/fill-data-text.ts";
import { didYouMean } from "../../../core/nearest-name.ts";
import { fillText, findPlaceholders, mayHavePlaceholders } from "../../../core/placeholders.ts";
import { withPlainSecrets } from "../../../core/plain-secrets.ts";
import type { Git } from "../git/git.ts";
import type { Placeholders, SnapshotInputs } from "../inputs.ts";

/** Returns the folder's tree with its placeholders filled; throws one Failure that names all unfilled ones. */
export async function fillTree(
  git: Git,
  folder: Folder,
  { path, placeholders }: SnapshotInputs,
): Promise<string> {
  if (!placeholders) return folder.tree;
  const contents = await readBlobs(git, folder.files);
  const filled = folder.files.map((file) =>
    fillFile(`${path}/${file.path}`, contents.get(file.id) as Buffer, placeholders),
  );
  refuseOpen(filled.flatMap(({ open }) => open));
  return writeTree(
    git,
    folder,
    filled.map(({ content }) => content),
  );
}

interface Open extends Place {
  readonly name: string;
}

interface Filled {
  /** Undefined when unchanged. */
  readonly content: string | undefined;
  readonly open: readonly Open[];
}

const asItWas: Filled = { content: undefined, open: [] };

/** Placeholders that CodePipeline's action CodeDeployToECS fills. */
const kept = ["IMAGE1_NAME", "TASK_DEFINITION"];

/**
 * Fills one file's placeholders, and lists those that stay open.
 *
 * @internal
 */
export function fillFile(file: string, content: Buffer, { values, plainSecrets }: Placeholders): Filled {
  if (![".json", ".yaml", ".yml"].includes(extname(file))) return asItWas;
  const original = content.toString();
  const text = plainText(file, original, plainSecrets);
  const filling = new Map([...values].filter(([name]) => !kept.includes(name)));
  const filled = fillText(text, filling);
  // A file without placeholders need not even be well-formed.
  if (filled === text && !mayHavePlaceholders(text)) return unlessSame(original, text, []);
  const open = placesOf(text, file).filter(({ name }) => !filling.has(name) && !kept.includes(name));
  if (filled === text) return unlessSame(original, text, open);
  return { content: fillDataText(text, file, filling), open };
}

function unlessSame(original: string, text: string, open: readonly Open[]): Filled {
  return { content: text === original ? undefined : text, open };
}

function plainText(file: string, text: string, values: ReadonlyMap<string, string>): string {
  if (values.size === 0 || extname(file) !== ".json" || !text.includes('"secrets"')) return text;
  return `${JSON.stringify(withPlainSecrets(parseData(text, file), values), null, 2)}\n`;
}

function placesOf(text: string, file: string): Open[] {
  const { lineOf } = findDataPositions(text);
  return findPlaceholders(parseData(text, file)).map(({ name, keys }) => ({
    file,
    line: lineOf(keys),
    name,
  }));
}

function refuseOpen(open: readonly Open[]): void {
  const [first] = open;
  if (!first) return;
  const list = open.map(({ file, line, name }) => `<${name}> at ${file}:${line}`).join(", ");
  throw new Failure(`Placeholders have no value: ${list}`, {
    nextStep: `set them in the input placeholders, such as {"${first.name}": "…"}; nothing was changed.`,
    place: first,
  });
}

/** Writes a tree in which the changed files have new contents. */
async function writeTree(
  git: Git,
  { tree, files }: Folder,
  contents: readonly (string | undefined)[],
): Promise<string> {
  const changed: string[] = [];
  for (const [index, { mode, path }] of files.entries()) {
    const content = contents[index];
    if (content === undefined) continue;
    const id = await git.text(["hash-object", "-w", "--stdin"], { input: content });
    changed.push(`${mode} ${id}\t${path}\0`);
  }
  if (changed.length === 0) return tree;
  await git.text(["read-tree", tree]);
  await git.text(["update-index", "-z", "--index-info"], { input: changed.join("") });
  return git.text(["write-tree"]);
}

/** Reads contents by object id. */
async function readBlobs(git: Git, files: readonly Entry[]): Promise<Map<string, Buffer>> {
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

interface Entry {
  readonly mode: string;
  readonly id: string;
  /** Path from the folder on. */
  readonly path: string;
}

interface Folder {
  /** Tree object. */
  readonly tree: string;
  readonly files: readonly Entry[];
}

/** Finds the folder of a commit, after a check that it contains only files. */
export async function findFolder(git: Git, commit: string, path: string): Promise<Folder> {
  const tree = await git.find(["rev-parse", "--verify", "--quiet", `${commit}:${path}`]);
  if (!tree) throw await noFolder(git, commit, path);
  if ((await git.text(["cat-file", "-t", tree])) !== "tree")
    throw new Failure(`${path} is not a folder in commit ${short(commit)} (input path)`, {
      nextStep: "set it to the folder that becomes the root; nothing was changed.",
    });
  const files = parseEntries(await git.text(["ls-tree", "-r", "-z", tree]));
  refuseLinks(files, path);
  return { tree, files };
}

export function short(commit: string): string {
  return commit.slice(0, 10);
}

async function noFolder(git: Git, commit: string, path: string): Promise<Failure> {
  const folders = (await git.text(["ls-tree", "-r", "-d", "-z", "--name-only", commit])).split("\0");
  return new Failure(
    `Commit ${short(commit)} does not have the folder ${path} (input path)${didYouMean(path, folders)}`,
    {
      nextStep:
        "correct the input path, or commit a file in that folder: Git keeps no empty ones. Nothing was changed.",
    },
  );
}

function parseEntries(listing: string): Entry[] {
  const lines = listing.split("\0").filter((line) => line !== "");
  return lines.map((line) => {
    const [, mode = "", id = "", path = ""] = /^(\d+) \w+ (\w+)\t([\s\S]*)$/.exec(line) ?? [];
    return { mode, id, path };
  });
}

/** Modes of Git's trees. Source: git-fast-import(1), "filemodify". */
const links: Readonly<Record<string, string>> = { "120000": "a symbolic link", "160000": "a submodule" };

/** Refuses links: their targets are outside of the folder, and missing in a mirror of it. */
function refuseLinks(files: readonly Entry[], folder: string): void {
  const found = files.flatMap(({ mode, path }) => (links[mode] ? `${folder}/${path} is ${links[mode]}` : []));
  if (found.length === 0) return;
  throw new Failure(`The mirror of a folder would lack the targets of its links: ${found.join(", ")}`, {
    nextStep:
      "replace the links with files, or mirror the whole repository (without input path); nothing was changed.",
  });
}
