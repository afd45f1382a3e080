import { digestOf } from "../../../shared/registry/digest.ts";
import type { Builder } from "../builder.ts";
import { hashFiles } from "./hash-files.ts";
import { readIgnore } from "./ignore.ts";
import { listFiles, type SourceFile } from "./list-files.ts";

/** The source of an image. */
export interface Source {
  /** `sha256:…`; two sources of the same digest make the same image. */
  readonly digest: string;
  /** Tag of the image built from it. */
  readonly tag: string;
  readonly files: readonly SourceFile[];
}

/** Label with the source's digest. */
export const sourceLabel = "ecs-delivery.source";

/**
 * Must be raised when the hashed data changes, or the result of a builder: images built before are then not reused for
 * this source.
 */
const formatVersion = 1;

export async function readSource(
  { context, labels }: { readonly context: string; readonly labels: ReadonlyMap<string, string> },
  builder: Builder,
  signal: AbortSignal,
): Promise<Source> {
  const [ingredients, files] = await Promise.all([
    builder.readIngredients(),
    readIgnore(context, builder.ignoreFile).then((ignore) => listFiles(context, ignore)),
  ]);
  const whole = canonicalJson({
    version: formatVersion,
    files: await hashFiles(context, files, signal),
    labels: Object.fromEntries(labels),
    builder: ingredients,
  });
  const digest = digestOf(whole);
  return { digest, tag: sourceTag(digest), files };
}

/** 160 bits distinguish sources as well as Git distinguishes commits. */
export function sourceTag(digest: string): string {
  return `source-${digest.slice("sha256:".length, "sha256:".length + 40)}`;
}

/** Returns JSON with the keys of every object in order: the same text for the same value. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) => {
    if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)));
  });
}
