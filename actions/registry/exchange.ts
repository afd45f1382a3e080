import { type ClientRequest, type IncomingMessage, request as requestByHttp } from "node:http";
import { request as requestByHttps } from "node:https";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";

export interface HttpRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A function opens the bytes again when the request has to be repeated. */
  readonly body?: Uint8Array | (() => AsyncIterable<Uint8Array>);
  readonly redirect?: "manual";
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  /** URL of the response after redirects. */
  readonly url: string;
  /** Returns undefined when it is missing. */
  header(name: string): string | undefined;
  /** The bytes as they come, once. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Returns all bytes, as often as it is called. */
  read(): Promise<Buffer>;
  /** Frees the connection without the bytes. */
  discard(): void;
}

/** fetch's limits: the first for connecting, the other for any silence afterwards. */
const connectWithinMs = 10_000;
const speakWithinMs = 300_000;
/** fetch's limit. */
const mostRedirects = 20;

/**
 * Sends a request and follows redirects, as fetch does: elsewhere without the authorization. Node's own fetch takes
 * several times as long for its start and a build's dozen requests.
 */
export async function exchange(url: URL, request: HttpRequest): Promise<Answer> {
  let place = url;
  let headers = request.headers;
  for (let redirects = 0; ; redirects += 1) {
    const answer = await sendOnce(place, { ...request, ...(headers && { headers }) });
    const next = request.redirect === "manual" ? undefined : redirectOf(answer, request);
    if (next === undefined) return answer;
    answer.discard();
    if (redirects === mostRedirects) throw new Error(`it was redirected ${redirects} times`);
    if (next.origin !== place.origin && headers) {
      const { authorization: _, ...others } = headers;
      headers = others;
    }
    place = next;
  }
}

/** A request with a body is repeated only for the statuses that demand it: RFC 9110 §15.4. */
function redirectOf({ status, url, header }: Answer, { method = "GET" }: HttpRequest): URL | undefined {
  const repeats = status === 307 || status === 308;
  const follows = repeats || ([301, 302, 303].includes(status) && /^(?:GET|HEAD)$/.test(method));
  const location = header("location");
  return follows && location !== undefined ? new URL(location, url) : undefined;
}

function sendOnce(url: URL, { method = "GET", headers, body, signal }: HttpRequest): Promise<Answer> {
  const request = url.protocol === "https:" ? requestByHttps : requestByHttp;
  return new Promise((resolve, reject) => {
    const sending = request(url, {
      method,
      headers: { accept: "*/*", "user-agent": "ecs-delivery", ...headers },
      timeout: connectWithinMs,
      ...(signal && { signal }),
    });
    sending.on("error", reject);
    sending.on("response", (incoming) => {
      // A request that was refused before all of it was sent need not be completed.
      if ((incoming.statusCode ?? 0) >= 400) incoming.once("end", () => stop(sending));
      // No body comes, and the connection is free only when the response has been read.
      if (method === "HEAD") incoming.resume();
      resolve(toAnswer(incoming, url));
    });
    limitSilence(sending);
    if (typeof body === "function") pipe(Readable.from(body(), { objectMode: false }), sending);
    else sending.end(body);
  });
}

function stop(sending: ClientRequest): void {
  if (!sending.writableFinished) sending.destroy();
}

/** A body that cannot be read ends the request with its error; a body that is no longer needed is closed. */
function pipe(content: Readable, sending: ClientRequest): void {
  content.on("error", (error) => sending.destroy(error));
  sending.on("close", () => content.destroy());
  content.pipe(sending);
}

function limitSilence(sending: ClientRequest): void {
  sending.on("socket", (socket) => {
    const connected = () => void socket.setTimeout(speakWithinMs);
    if (socket.connecting) socket.once("encrypted" in socket ? "secureConnect" : "connect", connected);
    else connected();
  });
  sending.on("timeout", () => sending.destroy(new Error("it did not respond in time")));
}

function toAnswer(incoming: IncomingMessage, url: URL): Answer {
  let whole: Promise<Buffer> | undefined;
  return {
    status: incoming.statusCode ?? 0,
    url: url.href,
    header: (name) => incoming.headers[name]?.toString(),
    body: incoming,
    read: () => {
      whole ??= buffer(incoming);
      return whole;
    },
    discard: () => void incoming.resume(),
  };
}

/**
 * Returns `https://host`, or `http://host` on loopback: Docker treats every registry in 127.0.0.0/8 as insecure
 * (docs.docker.com, dockerd reference, "Insecure registries"), and the traffic cannot be intercepted.
 */
export function registryUrl(host: string): string {
  return `${isLoopback(host) ? "http" : "https"}://${host}`;
}

export function isLoopback(host: string): boolean {
  const name = host.replace(/:\d+$/, "");
  return name === "localhost" || name === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(name);
}
