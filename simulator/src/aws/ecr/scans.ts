import type { ScanStatus } from "@aws-sdk/client-ecr";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../errors.ts";
import { type ImageManifest, parseManifest } from "../../planes/registry/manifest.ts";
import type { StoredManifest } from "../../planes/registry.ts";
import { createScanner, type ScanFinding, type ScanResult } from "../../planes/scanner/scanner.ts";

/** ECR names no figure; AWS's own waiter looks for five minutes, and small images are done in about one. */
const scanMs = 60_000;
/** ECR user guide, "Scan images for OS vulnerabilities": "An image can be scanned once per 24 hours." */
const quotaMs = 24 * 60 * 60 * 1000;

export interface Scan {
  readonly startedAt: Date;
  status: ScanStatus;
  description: string | undefined;
  /** Undefined while it runs, and when it failed. */
  completed: { readonly at: Date; readonly findings: readonly ScanFinding[] } | undefined;
}

/** Scans of the images of one ECR. */
export interface Scans {
  of(manifest: StoredManifest): Scan | undefined;
  /** Throws UnsupportedImageTypeException or LimitExceededException. */
  start(manifest: StoredManifest): Scan;
  /** Starts a scan after a push; does nothing if the image cannot be scanned, or was scanned today. */
  startIfPossible(manifest: StoredManifest): void;
  /** When the simulator learnt of its advisories. */
  readonly advisoriesFrom: Date;
  /** Ends what runs. */
  close(): Promise<void>;
}

export function createScans(environment: Environment): Scans {
  const { clock } = environment;
  const run = createRunner(environment);
  const scans = new WeakMap<StoredManifest, Scan>();
  const isTooEarly = (before: Scan | undefined) =>
    before !== undefined && clock.now().getTime() - before.startedAt.getTime() < clock.toWall(quotaMs);

  const start = (manifest: StoredManifest): Scan => {
    const content = scannable(manifest);
    if (!content)
      throw new AwsError(
        "UnsupportedImageTypeException",
        `An artifact with media type '${manifest.mediaType}' cannot be scanned. For more information, see the Amazon ECR documentation.`,
      );
    if (isTooEarly(scans.get(manifest)))
      throw new AwsError(
        "LimitExceededException",
        "The scan quota per image has been exceeded. Wait and try again.",
      );
    const scan: Scan = {
      startedAt: clock.now(),
      status: "IN_PROGRESS",
      description: undefined,
      completed: undefined,
    };
    scans.set(manifest, scan);
    run.begin(scan, content);
    return scan;
  };

  return {
    of: (manifest) => scans.get(manifest),
    start,
    startIfPossible(manifest) {
      if (scannable(manifest) && !isTooEarly(scans.get(manifest))) start(manifest);
    },
    advisoriesFrom: clock.now(),
    close: run.close,
  };
}

/** Carries scans out in the background until it is closed. */
function createRunner({ advisories, clock, registry, warn }: Environment) {
  const scanLayers = createScanner(advisories);
  const running = new Set<Promise<void>>();
  const closing = new AbortController();
  const carryOut = async (scan: Scan, { layers }: ImageManifest) => {
    const files = layers.map((layer) => ({ ...layer, path: registry.blobPath(layer.digest) }));
    try {
      const [result] = await Promise.all([scanLayers(files), clock.wait(scanMs, closing.signal)]);
      finish(scan, result, clock.now());
    } catch (error) {
      if (closing.signal.aborted) return;
      finish(scan, { failure: "The image's layers cannot be read." }, clock.now());
      warn(`an image scan failed: ${(error as Error).message}`);
    }
  };
  return {
    begin(scan: Scan, image: ImageManifest): void {
      const work: Promise<void> = carryOut(scan, image).finally(() => running.delete(work));
      running.add(work);
    },
    async close(): Promise<void> {
      closing.abort();
      await Promise.all(running);
    },
  };
}

function finish(record: Scan, result: ScanResult, at: Date): void {
  if ("failure" in result) {
    record.status = "FAILED";
    record.description = result.failure;
    return;
  }
  record.status = "COMPLETE";
  record.description = "The scan was completed successfully.";
  record.completed = { at, findings: result.findings };
}

/** An index is not scanned, the images it holds are. */
function scannable({ body, mediaType }: StoredManifest): ImageManifest | undefined {
  const content = parseManifest(body, mediaType);
  return content.kind === "image" ? content : undefined;
}
