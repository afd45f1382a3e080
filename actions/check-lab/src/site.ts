import { once, Unreadable } from "./outcome.ts";

export interface Page {
  readonly address: string;
  readonly status: number;
  readonly text: string;
}

/** A page of a site, by its address; never follows a redirect. */
export type ReadPage = (address: string) => Promise<Page>;

const timeoutMs = 8_000;

export function createReadPage(request: typeof fetch = fetch): ReadPage {
  return once(async (address: string) => {
    try {
      const response = await request(address, {
        redirect: "manual",
        headers: { "accept-language": "en" },
        signal: AbortSignal.timeout(timeoutMs),
      });
      return { address, status: response.status, text: await response.text() };
    } catch (error) {
      const { message, cause } = error as Error;
      throw new Unreadable(
        `${address} cannot be reached from here (${(cause as Error)?.message || message})`,
      );
    }
  });
}
