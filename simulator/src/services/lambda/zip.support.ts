import { strToU8, zipSync } from "fflate";

/** A zip archive of these files, deflated, as `zip` makes one. */
export function zip(files: Readonly<Record<string, string>>): Buffer {
  return Buffer.from(
    zipSync(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, strToU8(text)]))),
  );
}
