import type { LoadRequest, Outcome } from "./connection.ts";

/** A finished request; times are those of performance.now(). */
export interface Sent extends Outcome {
  /** Index of its URL. */
  readonly target: number;
  /** When it should have been sent; in a closed loop, when it was. */
  readonly dueAt: number;
  readonly endedAt: number;
  readonly latencyMs: number;
  /** In an open loop, how long after its due time it was sent; 0 within the inaccuracy of a timer. */
  readonly lateMs: number;
  /** It was late because all connections were in use. */
  readonly lateForConnections: boolean;
}

export interface LoopOptions {
  readonly urls: readonly URL[];
  readonly request: LoadRequest;
  readonly onSent: (sent: Sent) => void;
}

/** Load that is being sent. */
export interface Loop {
  /** Resolves when the last request has finished, or at `cancel`. */
  readonly done: Promise<void>;
  /** No more requests become due; those that are finish. */
  end(): void;
  /** Closes all connections at once; the results of their requests are never reported. */
  cancel(): void;
}

/** Far below the unit of timeouts, and rare enough to cost nothing. */
export const timeoutCheckMs = 50;
