import type { GitService } from "./git-repositories.ts";

export const gitPath = "/v1/repos/";

export interface GitRoute {
  readonly repositoryName: string;
  readonly service: GitService;
  readonly isAdvertisement: boolean;
}

const services: readonly GitService[] = ["git-upload-pack", "git-receive-pack"];

/** Parses a request of Git's smart protocol; returns undefined for any other, the older protocol's included. */
export function gitRoute({ method, url = "" }: { method?: string; url?: string }): GitRoute | undefined {
  const { pathname, searchParams } = new URL(url, "http://localhost");
  const [repositoryName = "", ...rest] = pathname.slice(gitPath.length).split("/");
  const action = rest.join("/");
  const isAdvertisement = action === "info/refs";
  const named = isAdvertisement ? searchParams.get("service") : action;
  const service = services.find((each) => each === named);
  if (!service || method !== (isAdvertisement ? "GET" : "POST")) return undefined;
  return { repositoryName, service, isAdvertisement };
}
