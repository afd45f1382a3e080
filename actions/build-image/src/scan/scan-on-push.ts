import {
  BatchGetRepositoryScanningConfigurationCommand,
  DescribeRepositoriesCommand,
} from "@aws-sdk/client-ecr";
import { isAccessDenied } from "../../../shared/aws-errors.ts";
import type { ScannedImage } from "./read-scan.ts";

/**
 * Returns whether a push starts a scan, by the rules of the registry or the repository's own setting. Undefined when
 * AWS denies reading it: in another account's registry only the repository's setting can be read.
 */
export async function scansOnPush(image: ScannedImage, signal: AbortSignal): Promise<boolean | undefined> {
  const { client, registryId, repositoryName } = image;
  const rules = new BatchGetRepositoryScanningConfigurationCommand({ repositoryNames: [repositoryName] });
  const { scanningConfigurations = [] } =
    (await client.send(rules, { abortSignal: signal }).catch(withoutAccess)) ?? {};
  const own = scanningConfigurations.find(({ repositoryArn }) => accountOf(repositoryArn) === registryId);
  if (own) return own.scanOnPush === true || own.scanFrequency === "CONTINUOUS_SCAN";

  const repository = new DescribeRepositoriesCommand({ registryId, repositoryNames: [repositoryName] });
  const answer = await client.send(repository, { abortSignal: signal }).catch(withoutAccess);
  return answer?.repositories?.[0]?.imageScanningConfiguration?.scanOnPush || undefined;
}

/** Reads the account from arn:aws:ecr:region:account:repository/name. */
function accountOf(arn = ""): string | undefined {
  return arn.split(":")[4];
}

function withoutAccess(error: unknown): undefined {
  if (!isAccessDenied(error)) throw error;
}
