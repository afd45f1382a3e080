import { get } from "node:http";

/** The endpoint is on the machine itself: a missing response does not come later. */
const limitMs = 2000;

/**
 * Returns the digest (`sha256:…`) of the image that this container runs, from the metadata endpoint of ECS. Returns
 * null outside ECS, without a response, or when the task definition references the image by a tag. Never rejects.
 * Source of the shape: "Amazon ECS task metadata endpoint version 4", ECS developer guide.
 */
export async function readImageDigest(
  environment: Readonly<Record<string, string | undefined>>,
  timeoutMs = limitMs,
): Promise<string | null> {
  const uri = environment.ECS_CONTAINER_METADATA_URI_V4;
  if (!uri) return null;
  try {
    const { Image } = JSON.parse(await read(uri, timeoutMs));
    return /@(sha256:[0-9a-f]{64})$/.exec(Image)?.[1] ?? null;
  } catch {
    return null;
  }
}

/** Avoids fetch, whose first use would delay the start of the service. */
function read(uri: string, timeoutMs: number): Promise<string> {
  return new Promise((done, failed) => {
    const request = get(uri, { signal: AbortSignal.timeout(timeoutMs) }, (response) => {
      response.setEncoding("utf8");
      let body = "";
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.once("end", () => done(body));
      response.once("error", failed);
    });
    request.once("error", failed);
  });
}
