import { list, type ReadEntry } from "tar";

/** Lists a layer as the package tar reads it, one line per entry: mode, owner, size, second of its time, path. */
export async function listLayer(file: string): Promise<string[]> {
  const lines: string[] = [];
  const onReadEntry = ({ type, mode = 0, uid, gid, size, mtime, path, linkpath }: ReadEntry) => {
    const target = type === "SymbolicLink" ? ` -> ${linkpath}` : "";
    const seconds = (mtime?.getTime() ?? 0) / 1000;
    lines.push(`${type} ${mode.toString(8)} ${uid}/${gid} ${size} ${seconds} ${path}${target}`);
  };
  await list({ file, onReadEntry });
  return lines;
}
