import { formatDuration, formatTime } from "../../core/duration.ts";
import { Failure } from "../../core/failure.ts";
import { advice, type Finding, note } from "../../core/findings.ts";
import type { EcsContext } from "../../ecs/context.ts";

/** Default lifetime of sessions (aws-actions/configure-aws-credentials, role-duration-seconds). */
const usualLifeMs = 60 * 60_000;
/** CodeDeploy leaves tasks an hour to start, which they hardly ever take: only longer deadlines come from real waits. */
const longMs = 2 * usualLifeMs;
const renew =
  "set a longer role-duration-seconds for aws-actions/configure-aws-credentials (up to the role's maximum session duration), or put new keys into the secrets";

/** Throws when the credentials are known to have expired, before the first service refuses them. */
export async function refuseExpired(context: EcsContext): Promise<void> {
  const expiration = (await findCredentials(context))?.expiration;
  if (!expiration || expiration.getTime() > context.clock.now()) return;
  throw new Failure(`The AWS credentials expired at ${formatTime(expiration.getTime())}`, {
    nextStep: `${renew}, and run the job again; nothing was changed.`,
  });
}

/** Checks whether the credentials outlast the time that the deployment may be followed for. */
export async function checkCredentialsLife(context: EcsContext, budgetMs: number): Promise<Finding[]> {
  const { expiration, sessionToken } = (await findCredentials(context)) ?? {};
  if (expiration) return compare(expiration, expiration.getTime() - context.clock.now(), budgetMs);
  if (!sessionToken || budgetMs <= longMs) return [];
  const text = `The deployment may take up to ${formatDuration(budgetMs)}; the lifetime of the credentials is not known (${formatDuration(usualLifeMs)} is usual).`;
  return note(text);
}

function compare(expiration: Date, leftMs: number, budgetMs: number): Finding[] {
  if (leftMs >= budgetMs) return [];
  return advice(
    `The AWS credentials expire in ${formatDuration(leftMs)} (${formatTime(expiration.getTime())}), but the deployment may take up to ${formatDuration(budgetMs)}; after that, it could not be followed`,
    `${renew}; or set a shorter deadline`,
  );
}

/** Missing credentials are reported by the first call that needs them. */
async function findCredentials({ clients }: EcsContext) {
  return clients.ecs.config.credentials().catch(() => undefined);
}
