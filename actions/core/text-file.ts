import { readFileSync } from "node:fs";
import { Failure } from "./failure.ts";

let lastRead: string | undefined;

/** Returns the file that was read last, for an unforeseen error. */
export function lastReadFile(): string | undefined {
  return lastRead;
}

export function readTextFile(path: string): string {
  lastRead = path;
  try {
    return readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    throw new Failure(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
