import { extname } from "node:path";
import { findDataPositions, parseData } from "../../../shared/data-file.ts";
import { Failure, type Place } from "../../../shared/failure.ts";
import { fillDataText, fillText, findPlaceholders } from "../../../shared/placeholders.ts";
import { withPlainSecrets } from "../../../shared/plain-secrets.ts";
import type { Git } from "../git/git.ts";
import type { Placeholders, SnapshotInputs } from "../inputs.ts";
import type { Entry, Folder } from "./folder-tree.ts";

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

export function fillFile(
  file: string,
  content: Buffer,
  { values, kept, plainSecrets }: Placeholders,
): Filled {
  if (content.includes(0)) return asItWas;
  const original = content.toString();
  const text = plainText(file, original, plainSecrets);
  const filling = new Map([...values].filter(([name]) => !kept.includes(name)));
  const filled = fillText(text, filling);
  // A file without placeholders need not even be well-formed.
  if (filled === text && findPlaceholders(text).length === 0) return unlessSame(original, text, []);
  const isData = [".json", ".yaml", ".yml"].includes(extname(file));
  const found = isData ? inData(text, file) : inLines(text, file);
  const open = found.filter(({ name }) => !filling.has(name) && !kept.includes(name));
  if (filled === text) return unlessSame(original, text, open);
  return { content: isData ? fillDataText(text, file, filling) : filled, open };
}

function unlessSame(original: string, text: string, open: readonly Open[]): Filled {
  return { content: text === original ? undefined : text, open };
}

function plainText(file: string, text: string, values: ReadonlyMap<string, string>): string {
  if (values.size === 0 || extname(file) !== ".json" || !text.includes('"secrets"')) return text;
  return `${JSON.stringify(withPlainSecrets(parseData(text, file), values), null, 2)}\n`;
}

function inData(text: string, file: string): Open[] {
  const { lineOf } = findDataPositions(text);
  return findPlaceholders(parseData(text, file)).map(({ name, keys }) => ({
    file,
    line: lineOf(keys),
    name,
  }));
}

function inLines(text: string, file: string): Open[] {
  const lines = text.split("\n");
  return lines.flatMap((line, index) =>
    findPlaceholders(line).map(({ name }) => ({ file, line: index + 1, name })),
  );
}

function refuseOpen(open: readonly Open[]): void {
  const [first] = open;
  if (!first) return;
  const list = open.map(({ file, line, name }) => `<${name}> at ${file}:${line}`).join(", ");
  throw new Failure(`Placeholders have no value: ${list}`, {
    nextStep: `set them in the input placeholders, such as {"${first.name}": "…"}, or list them in keep-placeholders; nothing was changed.`,
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
