import { createHash } from "node:crypto";
import { RegistryError } from "./registry.ts";

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly urls?: readonly string[];
  readonly platform?: { readonly architecture?: string; readonly os?: string; readonly variant?: string };
}

export interface ImageManifest {
  readonly kind: "image";
  readonly mediaType: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly artifactType: string;
}

export interface ImageIndex {
  readonly kind: "index";
  readonly mediaType: string;
  readonly manifests: readonly Descriptor[];
  readonly artifactType: string | undefined;
}

/** The media types that ECR accepts: Docker Image Manifest V2 Schema 2 and OCI, single images and lists of them. */
const imageMediaTypes: readonly string[] = [
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
];
export const indexMediaTypes: readonly string[] = [
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.index.v1+json",
];

/** Throws RegistryError MANIFEST_INVALID with the problem. */
export function parseManifest(body: Buffer, declared: string | undefined): ImageManifest | ImageIndex {
  const content = parseJson(body);
  const own = content.mediaType;
  // By the specification, registries ignore parameters such as a charset.
  const mediaType = declared?.split(";")[0]?.trim() ?? own;
  if (typeof mediaType !== "string") throw invalid("neither Content-Type nor mediaType says what it is");
  if (own !== undefined && own !== mediaType)
    throw invalid(`its mediaType is ${String(own)}, but it was sent as ${mediaType}`);
  if (content.schemaVersion !== 2) throw invalid("schemaVersion must be 2");
  const artifactType = typeof content.artifactType === "string" ? content.artifactType : "";
  if (imageMediaTypes.includes(mediaType)) {
    const config = parseDescriptor(content.config, "config");
    const layers = parseDescriptors(content.layers, "layers");
    return { kind: "image", mediaType, config, layers, artifactType: artifactType || config.mediaType };
  }
  if (indexMediaTypes.includes(mediaType)) {
    const manifests = parseDescriptors(content.manifests, "manifests");
    return { kind: "index", mediaType, manifests, artifactType: artifactType || undefined };
  }
  const known = [...imageMediaTypes, ...indexMediaTypes].join(", ");
  throw invalid(`the media type ${mediaType} is not one of ${known}`);
}

function parseJson(body: Buffer): Record<string, unknown> {
  try {
    const content = JSON.parse(body.toString("utf8"));
    if (typeof content === "object" && content !== null && !Array.isArray(content)) return content;
  } catch {}
  throw invalid("it is not a JSON object");
}

function parseDescriptors(value: unknown, place: string): Descriptor[] {
  if (!Array.isArray(value)) throw invalid(`${place} must be a list`);
  return value.map((each, index) => parseDescriptor(each, `${place}[${index}]`));
}

function parseDescriptor(value: unknown, place: string): Descriptor {
  const descriptor = (value ?? {}) as Record<string, unknown>;
  const { digest, size, mediaType } = descriptor;
  if (typeof digest !== "string" || !isDigest(digest))
    throw invalid(`${place}.digest must be sha256: and 64 hexadecimal digits`);
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0)
    throw invalid(`${place}.size must be a number of bytes`);
  if (typeof mediaType !== "string") throw invalid(`${place}.mediaType is missing`);
  return descriptor as unknown as Descriptor;
}

function invalid(reason: string): RegistryError {
  return new RegistryError("MANIFEST_INVALID", `manifest invalid: ${reason}`);
}

/** Only SHA-256: the only algorithm for images in ECR. */
export function isDigest(text: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}

export function digestOf(content: Buffer | string): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
