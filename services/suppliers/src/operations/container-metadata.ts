import { get } from "node:http";

/** The endpoint is on the machine itself: a missing response does not come later. */
const limitMs = 2000;
const labels = "com.amazonaws.ecs.task-definition";

interface ContainerMetadata {
  /** Digest (`sha256:…`) of the image; null when the task definition references the image by a tag. */
  readonly image: string | null;
  /** Task definition, such as `customer-microservice:3`. */
  readonly revision: string | null;
}

const unknown: ContainerMetadata = { image: null, revision: null };

/**
 * Returns what this container runs, from the metadata endpoint of ECS; nulls outside ECS or without a response. Never
 * rejects.
 * Source of the shape: "Amazon ECS task metadata endpoint version 4", ECS developer guide.
 */
export async function readContainerMetadata(
  environment: Readonly<Record<string, string | undefined>>,
  timeoutMs = limitMs,
): Promise<ContainerMetadata> {
  const uri = environment.ECS_CONTAINER_METADATA_URI_V4;
  if (!uri) return unknown;
  try {
    const { Image, Labels = {} } = JSON.parse(await read(uri, timeoutMs));
    const { [`${labels}-family`]: family, [`${labels}-version`]: version } = Labels;
    return {
      image: /@(sha256:[0-9a-f]{64})$/.exec(Image)?.[1] ?? null,
      revision: family && version ? `${family}:${version}` : null,
    };
  } catch {
    return unknown;
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

/** Maximum rate of readiness checks of the database. */
const reuseMs = 1000;

/**
 * Shares one check among all calls while it runs and for a second after it: even 1,000 requests a second cost the
 * database only one query a second.
 */
export function shareCheck(check: () => Promise<void>, now: () => number): () => Promise<void> {
  let last: Promise<void> | undefined;
  let reuseUntil = 0;
  return () => {
    if (last && now() < reuseUntil) return last;
    reuseUntil = Number.POSITIVE_INFINITY;
    last = check().finally(() => {
      reuseUntil = now() + reuseMs;
    });
    return last;
  };
}
