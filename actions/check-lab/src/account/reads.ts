import type { STSClientConfig } from "@aws-sdk/client-sts";
import { explainAwsError, isAccessDenied } from "../../../shared/aws-errors.ts";
import { Unreadable } from "../outcome.ts";

export type AccountConfig = Pick<STSClientConfig, "endpoint" | "credentials" | "maxAttempts"> & {
  readonly region: string;
};

export interface Reads {
  /** Calls AWS; an error of AWS becomes Unreadable, with the call's name. */
  readonly ask: <T>(call: string, send: () => Promise<T>) => Promise<T>;
  /** Reads all pages of a list. */
  readonly list: <P, T>(
    call: string,
    pages: AsyncIterable<P>,
    pick: (page: P) => readonly T[] | undefined,
  ) => Promise<T[]>;
}

/** Without valid credentials, the error of `identify` explains every read. */
export function createReads(identify: () => Promise<unknown>): Reads {
  const ask: Reads["ask"] = async (call, send) => {
    await identify();
    return explained(call, send);
  };
  return {
    ask,
    list: (call, pages, pick) =>
      ask(call, async () => {
        const found = [];
        for await (const page of pages) found.push(...(pick(page) ?? []));
        return found;
      }),
  };
}

export async function explained<T>(call: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    const failure = explainAwsError(error);
    if (!failure) throw error;
    const reason = isAccessDenied(error)
      ? `the credentials may not call ${call}`
      : `${call}: ${failure.message}`;
    throw new Unreadable(reason, { cause: error });
  }
}

/** Returns undefined if AWS says that the resource does not exist. */
export async function unlessMissing<T>(
  read: Promise<T>,
  errorNames: readonly string[],
): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (errorNames.includes((error as { cause?: Error }).cause?.name ?? "")) return undefined;
    throw error;
  }
}

/** Many describing calls take a limited number of names. */
export function batches<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
