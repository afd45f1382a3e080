import { signRequest } from "./sign-request.mjs";

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
    const type = { "content-type": "application/x-www-form-urlencoded" };
    const headers = signRequest(url, { service: "sts", region, body, headers: type }, keys);
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
