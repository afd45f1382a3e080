import { createHash, createHmac } from "node:crypto";

const body = "Action=GetCallerIdentity&Version=2011-06-15";

/**
 * Calls STS once with the keys. The official action repeats a refused call for minutes, and reports all refusals alike.
 *
 * @param {Record<string, string | undefined>} keys by the names of the inputs
 * @param {{ region: string, endpoint?: string }} where
 * @returns the code and message of a refusal; undefined if STS accepts the keys or cannot be reached
 */
export async function askSts(keys, { region, endpoint }) {
  // The official action reports a bad region.
  if (!/^[a-z0-9-]+$/.test(region)) return undefined;
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  try {
    const url = new URL(endpoint || `https://sts.${region}.${domain}`);
    const headers = signedHeaders(url, keys, region);
    const response = await fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(5000) });
    const text = await response.text();
    const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1];
    if (response.ok || !code) return undefined;
    return { code, message: /<Message>([^<]*)</.exec(text)?.[1] ?? "" };
  } catch {
    // The official action calls STS next, with retries, and reports what fails.
    return undefined;
  }
}

/** Signature version 4: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function signedHeaders(url, keys, region) {
  const token = keys["aws-session-token"];
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    host: url.host,
    "x-amz-date": time,
    ...(token && { "x-amz-security-token": token }),
  };
  const names = Object.keys(headers).join(";");
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}`);
  const request = ["POST", url.pathname, "", ...lines, "", names, hash(body)].join("\n");
  const scope = [time.slice(0, 8), region, "sts", "aws4_request"];
  const text = ["AWS4-HMAC-SHA256", time, scope.join("/"), hash(request)].join("\n");
  const key = scope.reduce((key, part) => hmac(key, part).digest(), `AWS4${keys["aws-secret-access-key"]}`);
  const signature = hmac(key, text).digest("hex");
  const credential = `${keys["aws-access-key-id"]}/${scope.join("/")}`;
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

const hash = (text) => createHash("sha256").update(text).digest("hex");
const hmac = (key, text) => createHmac("sha256", key).update(text);
