import { createHash } from "node:crypto";

/** Returns the digest of OCI image-spec v1.1, descriptor.md. */
export function digestOf(content: string | Uint8Array): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
