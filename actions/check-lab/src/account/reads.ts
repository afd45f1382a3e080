import type { STSClientConfig } from "@aws-sdk/client-sts";
import { areCredentialsExpired, explainAwsError, isAccessDenied } from "../../../core/aws-errors.ts";
import { chunks } from "../../../core/chunks.ts";
import { Unreadable } from "../outcome.ts";

export type AccountConfig = Pick<STSClientConfig, "endpoint" | "credentials" | "maxAttempts"> & {
  readonly region: string;
};

export interface Reads {
  /** Calls AWS; an error of AWS becomes Unreadable, with the call's name. */
  readonly ask: <T>(call: string, send: () => Promise<T>) => Promise<T>;
  /** Reads the list under this key on all pages. */
  readonly list: <
    Page extends { readonly [key in Key]?: readonly unknown[] | undefined },
    Key extends string,
  >(
    call: string,
    pages: AsyncIterable<Page>,
    key: Key,
  ) => Promise<NonNullable<Page[Key]>[number][]>;
  /** Reads the items of these names; the call takes at most so many. */
  readonly describe: <T>(
    call: string,
    names: readonly string[],
    most: number,
    send: (names: string[]) => Promise<T>,
  ) => Promise<T[]>;
}

/**
 * Without valid credentials, the error of `identify` explains every read. From the first one that finds them expired, no
 * more are sent, and all give that one reason.
 */
export function createReads(identify: () => Promise<unknown>, now = Date.now): Reads {
  let expired: Unreadable | undefined;
  const ask: Reads["ask"] = async (call, send) => {
    try {
      if (!expired) await identify();
      if (!expired) return await explained(call, send);
    } catch (error) {
      const { cause } = error as Error;
      if (!areCredentialsExpired(cause)) throw error;
      const time = new Date(now()).toISOString().slice(0, 16).replace("T", " ");
      expired ??= new Unreadable(`the keys expired at ${time} UTC: paste new ones and check again`, {
        cause,
      });
    }
    throw expired;
  };
  return {
    ask,
    list: (call, pages, key) =>
      ask(call, async () => {
        const found = [];
        for await (const page of pages) found.push(...(page[key] ?? []));
        return found;
      }),
    describe: async (call, names, most, send) => {
      const found = [];
      for (const some of chunks(names, most)) found.push(await ask(call, () => send(some)));
      return found;
    },
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
