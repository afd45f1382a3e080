import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "tar";

/** A web server that returns its version, and logs that it is up. */
const server = `
import { createServer } from "node:http";
createServer((request, response) => response.end(process.env.VERSION)).listen(8080, () => {
  console.log("version " + process.env.VERSION + " listens");
});
process.on("SIGTERM", () => process.exit(0));
`;

/** Writes an image of one layer as an OCI image layout, the folder that `skopeo copy oci:…` reads. */
export async function writeImageLayout(directory: string): Promise<void> {
  const blobs = join(directory, "blobs", "sha256");
  await mkdir(blobs, { recursive: true });
  const put = async (content: Buffer | object, mediaType: string) => {
    const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
    const hash = createHash("sha256").update(bytes).digest("hex");
    await writeFile(join(blobs, hash), bytes);
    return { mediaType, digest: `sha256:${hash}`, size: bytes.length };
  };
  const layer = await put(await layerOf(server), "application/vnd.oci.image.layer.v1.tar");
  const configuration = {
    architecture: "amd64",
    os: "linux",
    config: { Entrypoint: ["node", "server.mjs"], WorkingDir: "/app", ExposedPorts: { "8080/tcp": {} } },
    rootfs: { type: "layers", diff_ids: [layer.digest] },
  };
  const config = await put(configuration, "application/vnd.oci.image.config.v1+json");
  const manifestType = "application/vnd.oci.image.manifest.v1+json";
  const manifest = await put(
    { schemaVersion: 2, mediaType: manifestType, config, layers: [layer] },
    manifestType,
  );
  await writeFile(join(directory, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  await writeFile(join(directory, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [manifest] }));
}

async function layerOf(source: string): Promise<Buffer> {
  const root = await mkdtemp(join(tmpdir(), "layer-"));
  try {
    await mkdir(join(root, "app"));
    await writeFile(join(root, "app", "server.mjs"), source);
    const chunks: Buffer[] = [];
    for await (const chunk of create({ cwd: root, portable: true }, ["app"])) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
