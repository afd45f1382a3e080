import { createHash, createHmac } from "node:crypto";

/**
 * Returns the headers of a POST request with signature version 4:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 *
 * @param {URL} url without a query
 * @param {{ service: string, region: string, body: string, headers: Record<string, string> }} request
 * @param {Record<"aws-access-key-id" | "aws-secret-access-key" | "aws-session-token", string | undefined>} keys
 */
export function signRequest(url, { service, region, body, headers: given }, keys) {
  const token = keys["aws-session-token"];
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const all = {
    ...given,
    host: url.host,
    "x-amz-date": time,
    ...(token && { "x-amz-security-token": token }),
  };
  const sorted = Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1));
  const names = sorted.map(([name]) => name).join(";");
  const lines = sorted.map(([name, value]) => `${name}:${value}`);
  const request = ["POST", url.pathname, "", ...lines, "", names, hash(body)].join("\n");
  const scope = [time.slice(0, 8), region, service, "aws4_request"];
  const text = ["AWS4-HMAC-SHA256", time, scope.join("/"), hash(request)].join("\n");
  const key = scope.reduce((key, part) => hmac(key, part).digest(), `AWS4${keys["aws-secret-access-key"]}`);
  const signature = hmac(key, text).digest("hex");
  const credential = `${keys["aws-access-key-id"]}/${scope.join("/")}`;
  return {
    ...all,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

const hash = (text) => createHash("sha256").update(text).digest("hex");
const hmac = (key, text) => createHmac("sha256", key).update(text);
