import { once as emitted } from "node:events";
import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { once, Unreadable } from "./outcome.ts";

export interface Page {
  /** As it was asked for. */
  readonly address: string;
  /** 0 if nothing was sent. */
  readonly status: number;
  readonly text: string;
  readonly mediaType?: string;
  /** Target of a redirect that was not followed. */
  readonly location?: string | undefined;
  /** Why the site gives no page here, as the end of a sentence that begins with the address. */
  readonly problem?: string;
}

export interface PageRequest {
  readonly method: "GET" | "POST";
  readonly form?: Readonly<Record<string, string>>;
}

/**
 * Reads a page of a site by its address, once, and follows redirects on the same host. With a request, it sends that
 * each time, and follows none. A site that cannot be reached is Unreadable; one that accepts a connection and then
 * gives no page is at fault.
 */
export type ReadPage = (address: string, request?: PageRequest) => Promise<Page>;

/** The whole check has 15 s, for four sites at most that hang: both listeners, their /admin, and the monolith. */
const usualTimeoutMs = 3_000;
/** Some thousand suppliers. The rest is not read. */
const mostBytes = 1024 * 1024;
const mostRedirects = 5;

export function createReadPage(timeoutMs = usualTimeoutMs): ReadPage {
  const silent = new Map<string, string>();
  /** A site that hung once is not waited for again. */
  const send = async (address: string, request: PageRequest): Promise<Page> => {
    const { origin, pathname } = new URL(address);
    const site = `${origin}${pathname.startsWith("/admin") ? "/admin" : ""}`;
    const problem = silent.get(site);
    const page = problem
      ? { address, status: 0, text: "", problem }
      : await fetchPage(address, request, timeoutMs);
    if (page.status === 0 && page.problem) silent.set(site, page.problem);
    return page;
  };
  const follow = once(async (address: string): Promise<Page> => {
    let page = await send(address, { method: "GET" });
    for (let followed = 0; page.location !== undefined; followed++) {
      const next = new URL(page.location);
      const isElsewhere = next.hostname !== new URL(address).hostname;
      if (isElsewhere) return { ...page, address, problem: `redirects to another host, ${next.href}` };
      if (followed === mostRedirects)
        return { ...page, address, problem: `redirects without end, to ${next}` };
      page = await send(next.href, { method: "GET" });
    }
    return { ...page, address };
  });
  return (address, request) => (request ? send(address, request) : follow(address));
}

async function fetchPage(address: string, { method, form }: PageRequest, timeoutMs: number): Promise<Page> {
  const { request } = address.startsWith("https:") ? https : http;
  const body = form && new URLSearchParams(form).toString();
  const signal = AbortSignal.timeout(timeoutMs);
  const headers = {
    ...{ accept: "text/html", "accept-language": "en" },
    ...(body !== undefined && { "content-type": "application/x-www-form-urlencoded" }),
    ...(body !== undefined && { "content-length": Buffer.byteLength(body) }),
  };
  const sent = request(address, { method, headers, agent: false, signal });
  let isConnected = false;
  sent.once("socket", (socket) =>
    socket.once(request === https.request ? "secureConnect" : "connect", () => {
      isConnected = true;
    }),
  );
  // Errors after the response end the loop over its chunks.
  sent.on("error", () => {});
  try {
    sent.end(body);
    const [response] = (await emitted(sent, "response")) as [IncomingMessage];
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of response) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > mostBytes) break;
    }
    const { statusCode: status = 0, headers } = response;
    const to = status >= 300 && status < 400 ? headers.location : undefined;
    return {
      ...{ address, status, text: Buffer.concat(chunks).toString("utf8") },
      mediaType: headers["content-type"]?.split(";")[0] ?? "",
      location: to !== undefined && URL.canParse(to, address) ? new URL(to, address).href : undefined,
    };
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    const reason = signal.aborted ? `nothing within ${timeoutMs / 1000} s` : message || code;
    if (!isConnected) throw new Unreadable(`${address} cannot be reached from here (${reason})`);
    const problem = `accepts the connection, but sends no whole page (${reason})`;
    return { address, status: 0, text: "", problem };
  }
}
