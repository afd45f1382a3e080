import { DatabaseUnavailable } from "./database-failure.ts";
import type { Deadline } from "./deadline.ts";

export interface Bulkhead {
  /** Resolves with a place, in the order of arrival; rejects at once when too many are waiting. */
  enter(deadline: Deadline): Promise<void>;
  /** Passes the place to the longest waiting request. */
  leave(): void;
}

/** Allows a fixed number of parallel requests and a fixed number of waiting ones. */
export function createBulkhead(places: number, mostWaiting: number): Bulkhead {
  let free = places;
  const waiting = new Set<() => void>();
  return {
    async enter(deadline) {
      if (free > 0) {
        free--;
        return;
      }
      if (waiting.size >= mostWaiting)
        throw new DatabaseUnavailable(
          `${mostWaiting} statements already wait for a connection to the database`,
        );
      await new Promise<void>((resolve, reject) => {
        waiting.add(resolve);
        deadline.giveUp = (error) => {
          waiting.delete(resolve);
          reject(error);
        };
      });
    },
    leave() {
      const [next] = waiting;
      if (!next) {
        free++;
        return;
      }
      waiting.delete(next);
      next();
    },
  };
}
