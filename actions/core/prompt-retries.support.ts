import type { ECSClientConfig } from "@aws-sdk/client-ecs";

type Strategy = Extract<ECSClientConfig["retryStrategy"], { acquireInitialRetryToken: unknown }>;
type Token = Awaited<ReturnType<Strategy["acquireInitialRetryToken"]>>;

const attempts = 3;
const tokenOf = (count: number): Token => ({ getRetryCount: () => count, getRetryDelay: () => 0 });

/** Retries of AWS's clients as the SDK makes them, but without its pauses and its quota, which tests would share. */
export const retryStrategy: Strategy = {
  acquireInitialRetryToken: async () => tokenOf(0),
  async refreshRetryTokenForRetry(token, { errorType }) {
    const count = token.getRetryCount() + 1;
    const isRetryable = errorType === "THROTTLING" || errorType === "TRANSIENT";
    if (count >= attempts || !isRetryable) throw new Error("no further attempt");
    return tokenOf(count);
  },
  recordSuccess() {},
};
