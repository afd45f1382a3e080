import { once } from "node:events";
import { setImmediate } from "node:timers/promises";
import { Busboy } from "@fastify/busboy";
import { ImportRefusal } from "./import-refusal.ts";
import { writeChunk } from "./write-chunk.ts";

/** Some 200,000 suppliers: as much as a slow line and a slow database take before the server ends the request. */
export const uploadLimitBytes = 20 * 1024 * 1024;

/** The name of the form's field. */
export const fileField = "file";

/**
 * The bytes of the file that a request carries, as a form (`multipart/form-data`, field `file`) or by itself
 * (`text/csv`). Reads on only when asked for more. Throws an `ImportRefusal` for what is neither.
 */
export async function* readUploadedFile(request: Request): AsyncGenerator<Uint8Array> {
  const contentType = request.headers.get("content-type") ?? "";
  if (Number(request.headers.get("content-length") ?? 0) > uploadLimitBytes)
    throw new ImportRefusal({ kind: "too-large" });
  switch (contentType.split(";")[0]?.trim().toLowerCase()) {
    case "text/csv":
      return yield* readBody(request);
    case "multipart/form-data":
      return yield* readFormFile(readBody(request), contentType);
    default:
      throw new ImportRefusal({ kind: "wrong-content-type" });
  }
}

/**
 * Reads and forgets what is left of a body, up to the limit once more: a browser that is cut off while it sends
 * does not show the answer.
 */
export async function discardBody(request: Request): Promise<void> {
  try {
    for await (const _ of readBody(request));
  } catch {
    // Too much to wait for, or gone: the answer will not be missed.
  }
}

async function* readBody({ body }: Request): AsyncGenerator<Uint8Array> {
  if (!body) return;
  let size = 0;
  // Never cancelled: that would close the connection before the answer.
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(refuseUpload);
      if (done) return;
      size += value.length;
      if (size > uploadLimitBytes) throw new ImportRefusal({ kind: "too-large" });
      yield value;
      // What has arrived comes without a pause, up to two megabytes of it: others are answered in between.
      await setImmediate();
    }
  } finally {
    reader.releaseLock();
  }
}

async function* readFormFile(
  body: AsyncIterable<Uint8Array>,
  contentType: string,
): AsyncGenerator<Uint8Array> {
  const { form, received, state } = openForm(contentType);
  for await (const chunk of body) {
    await writeChunk(form, chunk).catch(refuseUpload);
    if (state.failure) refuseUpload(state.failure);
    yield* received.splice(0);
  }
  form.end();
  await once(form, "finish").catch(refuseUpload);
  yield* received;
  if (!state.hasFile) throw new ImportRefusal({ kind: "no-file" });
  if (state.hasSecondFile) throw new ImportRefusal({ kind: "second-file" });
}

function openForm(contentType: string) {
  const received: Uint8Array[] = [];
  const state = { hasFile: false, hasSecondFile: false, failure: undefined as unknown };
  const form = createForm(contentType);
  form.on("file", (name, file, fileName) => {
    // A browser sends an empty name for a field in which nothing was chosen.
    const isOurs = name === fileField && fileName !== "";
    if (isOurs && !state.hasFile) file.on("data", (chunk: Uint8Array) => received.push(chunk));
    else file.resume();
    if (isOurs && state.hasFile) state.hasSecondFile = true;
    state.hasFile ||= isOurs;
    file.on("error", (error) => {
      state.failure = error;
    });
  });
  form.on("error", (error) => {
    state.failure = error;
  });
  return { form, received, state };
}

function createForm(contentType: string) {
  try {
    return new Busboy({ headers: { "content-type": contentType } });
  } catch (cause) {
    return refuseUpload(cause);
  }
}

function refuseUpload(cause: unknown): never {
  throw new ImportRefusal({ kind: "broken-upload" }, { cause });
}
