import { StartImageScanCommand } from "@aws-sdk/client-ecr";
import { persist } from "../../../shared/registry/destination/persist.ts";
import type { BuildEnvironment } from "../environment.ts";
import type { ScannedImage } from "./read-scan.ts";

/**
 * Starts a scan. Returns why AWS refused it, or undefined: ECR allows one a day, and no manual one with Amazon
 * Inspector.
 */
export async function startScan(
  { client, registryId, repositoryName, digest }: ScannedImage,
  environment: BuildEnvironment,
): Promise<string | undefined> {
  const imageId = { imageDigest: digest };
  const command = new StartImageScanCommand({ registryId, repositoryName, imageId });
  const call = () => client.send(command, { abortSignal: environment.signal });
  try {
    await persist("start a scan", call, environment);
    return undefined;
  } catch (error) {
    const { name, message, $fault } = error as Error & { $fault?: string };
    if ($fault !== "client") throw error;
    return `${name}: ${message}`;
  }
}
