import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";

// This limit only ends requests that hang, on the slowest machine too.
const deadlineMs = 60_000;

export interface Visit {
  /** Address of this machine that the connection comes from; by default the system chooses. */
  readonly from?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Gets a page without following redirects. Throws an error with the address if there is no response. Uses node:http,
 * because `fetch` refuses port 10080 as browsers do (WHATWG Fetch, "bad port").
 */
export async function fetchPage(
  address: string,
  { from, headers }: Visit = {},
): Promise<{ status: number; text: string }> {
  try {
    const request = get(address, {
      agent: false,
      signal: AbortSignal.timeout(deadlineMs),
      ...(from === undefined ? {} : { localAddress: from }),
      ...(headers ? { headers } : {}),
    });
    const [response] = (await once(request, "response")) as [IncomingMessage];
    return { status: response.statusCode ?? 0, text: await text(response) };
  } catch (cause) {
    throw new Error(`${address} does not answer: ${(cause as Error).message}`, { cause });
  }
}
