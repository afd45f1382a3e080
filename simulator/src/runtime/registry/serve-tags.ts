import { answerJson, type Exchange } from "./exchange.ts";
import { RegistryError } from "./registry-error.ts";

/** GET `/v2/<name>/tags/list`, in order, `n` at a time after `last`. */
export async function listTags(
  { request, response, url, repository }: Exchange,
  reference: string,
): Promise<void> {
  if (reference !== "list" || request.method !== "GET")
    throw new RegistryError("UNSUPPORTED", `the registry has no ${request.method} ${url.pathname}`, 404);
  const last = url.searchParams.get("last");
  const all = [...repository.tags.keys()].sort().filter((tag) => last === null || tag > last);
  const limit = Number(url.searchParams.get("n") ?? all.length);
  if (!Number.isSafeInteger(limit) || limit < 0)
    throw new RegistryError("UNSUPPORTED", "n must be a number of tags", 400);
  const tags = all.slice(0, limit);
  const next = tags.length < all.length && tags.length > 0;
  const query = `n=${limit}&last=${encodeURIComponent(tags.at(-1) ?? "")}`;
  const link: Record<string, string> = next ? { Link: `<${url.pathname}?${query}>; rel="next"` } : {};
  answerJson(response, 200, { name: repository.name, tags }, link);
}
