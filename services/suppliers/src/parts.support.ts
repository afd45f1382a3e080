import type { OpenTestDatabase } from "./database/test-database.support.ts";
import type { SiteParts } from "./site.ts";

/** For tests: what an app is given, with a log that keeps its messages in `logged`. */
export function partsForTests(database: OpenTestDatabase) {
  const logged: string[] = [];
  const keep = (_facts: object, message: string) => void logged.push(message);
  const parts: SiteParts = {
    suppliers: database.suppliers,
    log: { info: keep, warn: keep, error: keep },
    release: { version: "1.0.0", image: null },
    checkReady: () => database.ping(),
  };
  return { ...parts, logged };
}
