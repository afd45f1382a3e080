import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/** An image that `docker` knows on the machine of a job. */
export interface Image {
  /** Digest of the configuration. */
  readonly id: string;
  readonly digest: string;
  readonly mediaType: string;
  readonly manifest: string;
  /** Bytes of a part of the image. */
  blob(digest: string): Promise<ArrayBuffer | Buffer<ArrayBuffer>>;
}

export interface StandInContent {
  /** Name of the image that it stands in for. */
  readonly name: string;
  readonly ports: readonly string[];
  /** Differs for each commit. */
  readonly source: string;
  readonly labels: Readonly<Record<string, string>>;
}

const program = () => readFileSync(new URL("./stand-in-program.cjs", import.meta.url), "utf8");
const types = {
  config: "application/vnd.oci.image.config.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
};

/** The configuration of a stand-in's container: the simulator has Node for an image without files. */
export function standInConfig({ name, ports, source, labels }: StandInContent) {
  return {
    Env: [`STAND_IN_FOR=${name}`, `STAND_IN_PORTS=${ports.join(",")}`],
    ExposedPorts: Object.fromEntries(ports.map((port) => [`${port}/tcp`, {}])),
    Entrypoint: ["node", "-e", program(), "--"],
    Cmd: ["start"],
    Labels: {
      ...labels,
      "org.opencontainers.image.title": name,
      "ecs-delivery.stand-in": "true",
      "ecs-delivery.source": source,
    },
  };
}

/** An image of a configuration alone. The same content has the same digest. */
export function standInImage(content: StandInContent): Image {
  const config = JSON.stringify({
    created: "1970-01-01T00:00:00Z",
    ...{ architecture: "amd64", os: "linux" },
    config: standInConfig(content),
    rootfs: { type: "layers", diff_ids: [] },
  });
  const id = digestOf(config);
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: types.manifest,
    config: { mediaType: types.config, digest: id, size: Buffer.byteLength(config) },
    layers: [],
  });
  const blob = async () => Buffer.from(config);
  return { id, digest: digestOf(manifest), mediaType: types.manifest, manifest, blob };
}

export function digestOf(content: string): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
