import { createHash } from "node:crypto";
import list from "../template-files.json" with { type: "json" };

/** Digits of an id in the list. */
const digits = 10;
const known = new Set(list.blobs.split(" "));

/** Git's id of a file's content (git-scm.com, Git Internals: Git Objects). */
export function blobIdOf(text: string): string {
  return createHash("sha1")
    .update(`blob ${Buffer.byteLength(text)}\0${text}`)
    .digest("hex");
}

/** Returns whether any version of this project had a file of this content, by its id in Git. */
export function isOfTemplate(blobId: string): boolean {
  return known.has(blobId.slice(0, digits));
}
