import type { InputReader } from "../../core/inputs.ts";
import { type NamedPlatform, platformName } from "../../registry/oci.ts";

/** OCI image-spec v1.1, image-index.md, "platform object". */
export interface Platform {
  readonly os: "linux";
  readonly architecture: string;
  readonly variant?: string;
}

/** Go's names, which OCI, BuildKit and ECS use, of the architectures of Linux images. */
const architectures = ["386", "amd64", "arm", "arm64", "loong64", "mips64le", "ppc64le", "riscv64", "s390x"];

/** Reads the input `platforms`: at least one, each once. */
export function readPlatforms(read: InputReader): readonly Platform[] {
  const platforms = new Map<string, Platform>();
  for (const text of read.names("platforms")) {
    const platform = parsePlatform(text);
    if (platform) platforms.set(platformName(platform), platform);
    else
      read.problem(
        `Input platforms has "${text}"; expected platforms such as linux/amd64 or linux/arm64, separated by commas or lines`,
      );
  }
  return platforms.size > 0 ? [...platforms.values()] : [{ os: "linux", architecture: "amd64" }];
}

/** Parses `linux/arm64` or `linux/arm64/v8`. */
function parsePlatform(text: string): Platform | undefined {
  const [os, architecture = "", variant, ...more] = text.split("/");
  if (os !== "linux" || !architectures.includes(architecture) || more.length > 0) return undefined;
  if (variant === undefined) return { os, architecture };
  return /^v\d+$/.test(variant) ? { os, architecture, variant } : undefined;
}

/** Returns whether an image with the platform `named` runs on `platform`. */
export function isFor(named: NamedPlatform, platform: Platform): boolean {
  return (
    named.os === platform.os &&
    named.architecture === platform.architecture &&
    variantOf(named) === variantOf(platform)
  );
}

/** Returns the default variant of an architecture: containerd/platforms, "Normalization". */
function variantOf({ architecture, variant }: NamedPlatform): string {
  if (variant) return variant;
  return architecture === "arm64" ? "v8" : architecture === "arm" ? "v7" : "";
}
