import type { Image } from "./image.ts";
import { DockerFailure } from "./registry.ts";

interface Tagged {
  readonly image: Image;
  readonly tags: readonly string[];
}

const pathOf = (digest: string) => `blobs/${digest.replace(":", "/")}`;

/** Returns an OCI archive (image-spec v1.1, image-layout.md) with the file that `docker load` reads. */
export async function packImages(given: readonly Tagged[]): Promise<string> {
  const files = new Map([["oci-layout", '{"imageLayoutVersion":"1.0.0"}']]);
  for (const { image } of given) {
    if (JSON.parse(image.manifest).layers.length > 0)
      throw new DockerFailure("docker save of an image with files needs a Docker engine. Fix: start Docker.");
    files.set(pathOf(image.digest), image.manifest);
    files.set(pathOf(image.id), await new Blob([await image.blob(image.id)]).text());
  }
  const mediaType = "application/vnd.oci.image.index.v1+json";
  const manifests = given.map(({ image: { mediaType, digest, manifest } }) => ({
    ...{ mediaType, digest, size: Buffer.byteLength(manifest) },
  }));
  const ofDocker = given.map(({ image, tags }) => ({ Config: pathOf(image.id), RepoTags: tags, Layers: [] }));
  files.set("index.json", JSON.stringify({ schemaVersion: 2, mediaType, manifests }));
  files.set("manifest.json", JSON.stringify(ofDocker));
  return `${[...files].map(tarEntry).join("")}${"\0".repeat(1024)}`;
}

/** Reads what `packImages` made. */
export function unpackImages(archive: string): Tagged[] {
  const bytes = Buffer.from(archive);
  const files = new Map<string, string>();
  for (let at = 0; bytes[at]; ) {
    const name = bytes.toString("latin1", at, at + 100).replace(/\0.*/s, "");
    const size = Number.parseInt(bytes.toString("latin1", at + 124, at + 135), 8);
    files.set(name, bytes.toString("utf8", at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  try {
    const { manifests } = JSON.parse(files.get("index.json") ?? "");
    const listed: { Config: string; RepoTags: string[] }[] = JSON.parse(files.get("manifest.json") ?? "");
    return listed.map(({ Config, RepoTags }, at) => {
      const { digest, mediaType } = manifests[at];
      const manifest = files.get(pathOf(digest)) ?? "";
      const blob = async () => Buffer.from(files.get(Config) ?? "");
      const id = JSON.parse(manifest).config.digest;
      return { tags: RepoTags, image: { id, digest, mediaType, manifest, blob } };
    });
  } catch {
    throw new DockerFailure(
      "docker load: this is not an archive of a stand-in, and others need a Docker engine. Fix: start Docker.",
    );
  }
}

/** One file of a tar (POSIX.1-2001, pax, "ustar Interchange Format"). */
function tarEntry([name, text]: readonly [string, string]): string {
  const size = Buffer.byteLength(text);
  const octal = (value: number, length: number) => `${value.toString(8).padStart(length - 1, "0")}\0`;
  const header = (sum: string) => {
    const [mode, owner] = [octal(0o644, 8), octal(0, 8)];
    const fields = [name.padEnd(100, "\0"), mode, owner, owner, octal(size, 12), octal(0, 12), sum, "0"];
    return `${fields.join("")}${"\0".repeat(100)}ustar\0${"00"}`.padEnd(512, "\0");
  };
  const sum = Buffer.from(header(" ".repeat(8))).reduce((total, byte) => total + byte, 0);
  return `${header(`${octal(sum, 7)} `)}${text}${"\0".repeat(-size & 511)}`;
}
