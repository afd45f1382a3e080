import type { Context, Hono } from "hono";
import { databaseMessage } from "../database/database-failure.ts";
import type { Log } from "../log.ts";
import { exchangeOf } from "../operations/exchange.ts";
import type { Release, Site } from "../pages/layout.ts";

export interface HealthParts {
  readonly log: Log;
  readonly release: Release;
  /** Rejects, with the reason, while the database does not respond or lacks a migration. */
  readonly checkReady: () => Promise<void>;
}

/** Longer than one check of the database is shared, so that the next request triggers a new check. */
const retryAfterSeconds = 2;

const healthPaths = ({ basePath }: Site) => ({ live: `${basePath}/health`, ready: `${basePath}/ready` });

/**
 * Returns whether the request is only for the service's health, as load balancers and containers send every few
 * seconds.
 */
export const asksForHealth = (site: Site, path: string) => Object.values(healthPaths(site)).includes(path);

/**
 * `/health` returns 200 as long as the process runs, with or without its database: an orchestrator must not restart it
 * for a fault elsewhere. `/ready` returns 200 only when the database serves this release, else 503.
 */
export function reportHealth(app: Hono, site: Site, { log, release, checkReady }: HealthParts): void {
  const { live, ready } = healthPaths(site);
  const answer = (c: Context, body: object, status: 200 | 503) => {
    c.header("Cache-Control", "no-store");
    return c.json(body, status);
  };

  app.get(live, (c) => answer(c, { status: "ok", service: site.service, ...release }, 200));

  app.get(ready, async (c) => {
    try {
      await checkReady();
    } catch (error) {
      const { requestId } = exchangeOf(c);
      log.error({ requestId }, `${site.service} is not ready: ${databaseMessage(error)}`);
      c.header("Retry-After", String(retryAfterSeconds));
      return answer(c, { status: "unavailable", service: site.service }, 503);
    }
    return answer(c, { status: "ready", service: site.service }, 200);
  });
}
