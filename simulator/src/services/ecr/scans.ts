import type { ImageScanFinding, ScanStatus } from "@aws-sdk/client-ecr";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { parseManifest } from "../../runtime/registry/manifest.ts";
import type { StoredManifest } from "../../runtime/registry/registry.ts";

/** ECR does not document a time; AWS's own waiter polls for five minutes, and small images take about one. */
const scanMs = 60_000;
/** ECR user guide, "Scan images for OS vulnerabilities": "An image can be scanned once per 24 hours." */
const quotaMs = 24 * 60 * 60 * 1000;
const unsupported = "UnsupportedImageError: The operating system and/or package manager are not supported.";

export interface Scan {
  readonly startedAt: Date;
  status: ScanStatus;
  description: string | undefined;
  /** Undefined while it runs, and if it failed. */
  completed: { readonly at: Date; readonly findings: readonly ImageScanFinding[] } | undefined;
}

/** Scans of the images of one ECR. */
export interface Scans {
  of(manifest: StoredManifest): Scan | undefined;
  /** Throws UnsupportedImageTypeException or LimitExceededException. */
  start(manifest: StoredManifest): Scan;
  /** Starts a scan after a push; does nothing if the image cannot be scanned, or was scanned today. */
  startIfPossible(manifest: StoredManifest): void;
  /** Ends running scans. */
  close(): Promise<void>;
}

export function createScans(environment: Environment): Scans {
  const { clock } = environment;
  const run = createRunner(environment);
  const scans = new WeakMap<StoredManifest, Scan>();
  const isTooEarly = (before: Scan | undefined) =>
    before !== undefined && clock.now().getTime() - before.startedAt.getTime() < clock.toWall(quotaMs);

  const start = (manifest: StoredManifest): Scan => {
    if (!isScannable(manifest))
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
    run.begin(scan, manifest.digest);
    return scan;
  };

  return {
    of: (manifest) => scans.get(manifest),
    start,
    startIfPossible(manifest) {
      if (isScannable(manifest) && !isTooEarly(scans.get(manifest))) start(manifest);
    },
    close: run.close,
  };
}

/** Carries scans out in the background until it is closed. */
function createRunner({ scanFindings, clock }: Environment) {
  const running = new Set<Promise<void>>();
  const closing = new AbortController();
  const carryOut = async (scan: Scan, digest: string) => {
    await clock.wait(scanMs, closing.signal).catch(() => {});
    if (!closing.signal.aborted) finish(scan, scanFindings(digest), clock.now());
  };
  return {
    begin(scan: Scan, digest: string): void {
      const work: Promise<void> = carryOut(scan, digest).finally(() => running.delete(work));
      running.add(work);
    },
    async close(): Promise<void> {
      closing.abort();
      await Promise.all(running);
    },
  };
}

function finish(scan: Scan, findings: readonly ImageScanFinding[] | undefined, at: Date): void {
  if (!findings) {
    scan.status = "FAILED";
    scan.description = unsupported;
    return;
  }
  scan.status = "COMPLETE";
  scan.description = "The scan was completed successfully.";
  scan.completed = { at, findings };
}

/** An index is not scanned, but its images are. */
function isScannable({ body, mediaType }: StoredManifest): boolean {
  return parseManifest(body, mediaType).kind === "image";
}
