import { DatabaseUnavailable } from "./database-failure.ts";

export interface Deadline {
  /** Set by each stage of the work to a function that ends it early. */
  giveUp(error: Error): void;
  /** The error that the work has failed with, once the time is over. */
  passed?: Error;
}

/** Settles as `work` does, or rejects on timeout, whether or not `work` stops. */
export function withDeadline<Result>(
  milliseconds: number,
  work: (deadline: Deadline) => Promise<Result>,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const deadline: Deadline = { giveUp: () => {} };
    const timer = setTimeout(() => {
      const error = new DatabaseUnavailable(`the database did not answer within ${milliseconds} ms`);
      deadline.passed = error;
      reject(error);
      deadline.giveUp(error);
    }, milliseconds);
    work(deadline)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}
