import type { MiddlewareHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import { createLRU } from "lru.min";
import type { RateLimiterRes } from "rate-limiter-flexible";
import RateLimiterMemory from "rate-limiter-flexible/lib/RateLimiterMemory.js";
import { exchangeOf } from "./exchange.ts";

/**
 * A class of thirty behind one address, each submitting a form every fifteen seconds: faster than anyone types six
 * fields. A script that fills the table is limited to two rows a second.
 */
export const writesPerMinute = 120;
const secondsPerMinute = 60;

/**
 * The limiter forgets an address a minute after its first write. This is the maximum number that it keeps, some 5 MB.
 */
export const mostAddresses = 10_000;

/**
 * Refuses a POST with 429 and Retry-After when its address has sent more than its share. Each task counts for itself.
 */
export function limitWrites(): MiddlewareHandler {
  const limiter = new RateLimiterMemory({ points: writesPerMinute, duration: secondsPerMinute });
  const addresses = createLRU<string, true>({
    max: mostAddresses,
    onEviction: (address) => void limiter.delete(address),
  });
  return async (c, next) => {
    if (c.req.method !== "POST") return next();
    const { client = "unknown" } = exchangeOf(c);
    // Setting it again would evict it.
    if (!addresses.get(client)) addresses.set(client, true);
    try {
      await limiter.consume(client);
    } catch (refusal) {
      const { msBeforeNext } = refusal as RateLimiterRes;
      c.header("Retry-After", String(Math.ceil(msBeforeNext / 1000)));
      throw new HTTPException(429);
    }
    await next();
  };
}
