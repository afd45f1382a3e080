import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { HttpRequest } from "@smithy/core/protocols";
import { Hash } from "@smithy/core/serde";
import { SignatureV4 } from "@smithy/signature-v4";
import type { AccessKey } from "../access-keys.ts";

/** The parts of `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`. */
interface Authorization {
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/**
 * Returns whether the holder of the key signed this request with Signature Version 4. The library that signs for the
 * SDK signs the request again. The age of a signature is ignored: clients and simulator may have different clocks.
 */
export async function isSignedWith(key: AccessKey, message: Message): Promise<boolean> {
  const authorization = readAuthorization(message.headers.authorization);
  const signingDate = readDate(message.headers["x-amz-date"]);
  if (!authorization || !signingDate || !holdsDeclaredBody(message)) return false;
  const { region, service, signedHeaders, signature } = authorization;
  const signer = new SignatureV4({
    service,
    region,
    // A token is signed like any other header.
    credentials: { accessKeyId: key.accessKeyId, secretAccessKey: key.secretAccessKey },
    sha256: Hash.bind(null, "sha256"),
    // Only S3 uses the path as it is sent.
    uriEscapePath: service !== "s3",
    applyChecksum: false,
  });
  const { headers } = await signer.sign(requestOf(message, signedHeaders), {
    signingDate,
    signableHeaders: new Set(signedHeaders),
  });
  const expected = readAuthorization(headers.authorization)?.signature ?? "";
  return (
    expected.length === signature.length && timingSafeEqual(Buffer.from(expected), Buffer.from(signature))
  );
}

function readAuthorization(text = ""): Authorization | undefined {
  if (!text.startsWith("AWS4-HMAC-SHA256 ")) return undefined;
  const parts = [...text.matchAll(/(SignedHeaders|Signature)=([^,\s]+)/g)];
  const part = (wanted: string) => parts.find(([, name]) => name === wanted)?.[2];
  const scope = signedScope({ headers: { authorization: text } });
  const signedHeaders = part("SignedHeaders")?.toLowerCase().split(";") ?? [];
  const signature = part("Signature");
  return scope && signedHeaders.includes("host") && signature && /^[0-9a-f]{64}$/.test(signature)
    ? { ...scope, signedHeaders, signature }
    : undefined;
}

function readDate(text: string | string[] | undefined): Date | undefined {
  const iso = String(text).replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z");
  const date = new Date(iso);
  return iso === text || Number.isNaN(date.getTime()) ? undefined : date;
}

/** Checks a declared and signed hash against the body. A body in chunks, or an unsigned one, declares none. */
function holdsDeclaredBody({ headers, body }: Message): boolean {
  const declared = String(headers["x-amz-content-sha256"] ?? "");
  return !/^[0-9a-f]{64}$/.test(declared) || declared === createHash("sha256").update(body).digest("hex");
}

function requestOf({ method, url, headers, body }: Message, signedHeaders: readonly string[]): HttpRequest {
  const [path = "/", ...query] = url.split("?");
  const given = signedHeaders.map((name) => [name, headers[name]?.toString()] as const);
  return new HttpRequest({
    method,
    path,
    query: parseQuery(query.join("?")),
    headers: Object.fromEntries(given.filter(([, value]) => value !== undefined)) as Record<string, string>,
    body,
  });
}

/** Unlike in a form, a plus sign is a plus sign. */
function parseQuery(text: string): Record<string, string[]> {
  const query: Record<string, string[]> = Object.create(null);
  for (const pair of text.split("&").filter(Boolean)) {
    const [name = "", value = ""] = pair.split(/=(.*)/s).map(decode);
    query[name] = [...(query[name] ?? []), value];
  }
  return query;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A request to the API over HTTP. */
export interface Message {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Returns what an SDK signed a request for (Signature Version 4, credential scope); undefined without a whole scope. */
export function signedScope({
  headers,
}: Pick<Message, "headers">): { readonly region: string; readonly service: string } | undefined {
  const scope = /Credential=[^/,\s]+\/\d+\/([^/]+)\/([^/]+)\/aws4_request/.exec(headers.authorization ?? "");
  return scope?.[1] && scope[2] ? { region: scope[1], service: scope[2] } : undefined;
}
