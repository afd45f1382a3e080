import type { Destination } from "../../../shared/registry/destination/destination.ts";
import { ecrRegion, logIn } from "../../../shared/registry/ecr-login.ts";
import { parseImageName } from "../../../shared/registry/image-name.ts";
import type { Credentials } from "../../../shared/registry/token.ts";
import type { BuildEnvironment } from "../environment.ts";

/**
 * Returns the logins that Docker needs besides the user's own, by host: the destination's and those of bases in ECR.
 */
export async function loginsFor(
  { host, credentials }: Destination,
  images: readonly string[],
  environment: BuildEnvironment,
): Promise<ReadonlyMap<string, Credentials>> {
  const hosts = new Set(images.map((image) => parseImageName(image)?.host ?? ""));
  hosts.delete(host);
  const logins = await Promise.all([...hosts].map((each) => logInToEcr(each, environment)));
  return new Map([...logins.flat(), ...(credentials ? [[host, credentials] as const] : [])]);
}

async function logInToEcr(
  host: string,
  { createEcr, log, mask, signal }: BuildEnvironment,
): Promise<[string, Credentials][]> {
  const region = ecrRegion(host);
  if (region === undefined) return [];
  try {
    return [[host, await logIn(await createEcr(region), mask, signal)]];
  } catch (error) {
    if (signal.aborted) throw error;
    // The user may have logged in there.
    log.info(`The job has no usable login for ${host}: ${(error as Error).message}`);
    return [];
  }
}
