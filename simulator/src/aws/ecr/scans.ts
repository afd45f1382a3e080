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
  /** Of a push: what cannot be scanned, or was today, is left alone. */
  startIfPossible(manifest: StoredManifest): void;
  /** When the simulator learnt of its advisories. */
  readonly advisoriesFrom: Date;
  /** Ends what runs. */
  close(): Promise<void>;
}

export function createScans({ advisories, clock, registry, warn }: Environment): Scans {
  const scan = createScanner(advisories);
  const scans = new WeakMap<StoredManifest, Scan>();
  const running = new Set<Promise<void>>();
  const closing = new AbortController();

  const run = async (record: Scan, { layers }: ImageManifest) => {
    const files = layers.map((layer) => ({ ...layer, path: registry.blobPath(layer.digest) }));
    try {
      const [result] = await Promise.all([scan(files), clock.wait(scanMs, closing.signal)]);
      finish(record, result, clock.now());
    } catch (error) {
      if (closing.signal.aborted) return;
      finish(record, { failure: "The image's layers cannot be read." }, clock.now());
      warn(`an image scan failed: ${(error as Error).message}`);
    }
  };
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
    const record: Scan = {
      startedAt: clock.now(),
      status: "IN_PROGRESS",
      description: undefined,
      completed: undefined,
    };
    scans.set(manifest, record);
    const work: Promise<void> = run(record, content).finally(() => running.delete(work));
    running.add(work);
    return record;
  };

  return {
    of: (manifest) => scans.get(manifest),
    start,
    startIfPossible(manifest) {
      if (scannable(manifest) && !isTooEarly(scans.get(manifest))) start(manifest);
    },
    advisoriesFrom: clock.now(),
    async close() {
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
