import { signRequest } from "../../actions/log-in-to-aws/sign-request.mjs";

const mostAtOnce = 10;

/**
 * Reads the tag with which deploy-service and rollback-service note a commit on a service.
 *
 * @param {readonly string[]} services names of ECS services
 * @param {{ cluster: string, env: Record<string, string | undefined> }} where `env` has the credentials and the region
 * @returns {Promise<Map<string, string>>} commits by service, for those that have one. Throws the reason why AWS
 * returns nothing.
 */
export async function readDeployedCommits(services, { cluster, env }) {
  if (!env.AWS_ACCESS_KEY_ID) throw new Error("AWS credentials are missing");
  const commits = new Map();
  for (let at = 0; at < services.length; at += mostAtOnce) {
    const names = services.slice(at, at + mostAtOnce);
    const found = await describeServices({ cluster, services: names, include: ["TAGS"] }, env);
    for (const { serviceName, tags = [] } of found) {
      const commit = tags.find(({ key }) => key === "deploy-service:commit")?.value;
      if (/^[0-9a-f]{40}$/.test(commit ?? "")) commits.set(serviceName, commit);
    }
  }
  return commits;
}

async function describeServices(input, env) {
  const region = env.AWS_REGION || "us-east-1";
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const url = new URL(env.AWS_ENDPOINT_URL_ECS || env.AWS_ENDPOINT_URL || `https://ecs.${region}.${domain}`);
  const body = JSON.stringify(input);
  const headers = {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "AmazonEC2ContainerServiceV20141113.DescribeServices",
  };
  const keys = {
    "aws-access-key-id": env.AWS_ACCESS_KEY_ID,
    "aws-secret-access-key": env.AWS_SECRET_ACCESS_KEY,
    "aws-session-token": env.AWS_SESSION_TOKEN,
  };
  const signed = signRequest(url, { service: "ecs", region, body, headers }, keys);
  const request = { method: "POST", headers: signed, body, signal: AbortSignal.timeout(10_000) };
  const response = await fetch(url, request).catch((error) => {
    throw new Error(`ECS cannot be reached: ${error.cause?.message ?? error.message}`);
  });
  const result = await response.json().catch(() => ({}));
  if (response.ok) return result.services ?? [];
  const code = String(result.__type ?? response.status)
    .split("#")
    .at(-1);
  throw new Error(`ECS returns ${code}${result.message ? `: ${result.message}` : ""}`);
}
