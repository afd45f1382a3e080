import type { IncomingMessage, ServerResponse } from "node:http";
import type { AccessKey, AccessKeys } from "../../access-keys.ts";
import { AwsError } from "../../kit/errors.ts";
import { basicCredentials } from "../authorization.ts";
import { CredentialsRefused, checkCredentials } from "./credentials.ts";
import type { GitRepositories, GitService, PublishedRepository } from "./git-repositories.ts";

export interface GitServer {
  readonly git: GitRepositories;
  readonly accessKeys: AccessKeys;
  readonly region: string;
  readonly now: () => Date;
  /** Called first; rejects with the AwsError for git's user. Resolves to a check to call afterwards. */
  permit(action: "GitPull" | "GitPush", key: AccessKey, repository: string): Promise<() => void>;
}

/** Responds to requests for `/v1/repos/`: refusals are text, which git shows after "remote:". */
export async function serveGit(
  server: GitServer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const route = gitRoute(request);
  if (!route)
    return refuse(response, 404, `${request.method} ${request.url} is not of Git's smart protocol.`);
  const [user, password] = basicCredentials(request.headers.authorization);
  if (user === undefined || password === undefined) return challenge(response);
  try {
    const key = authenticate(server, request, { user, password }, route);
    const action = route.service === "git-receive-pack" ? "GitPush" : "GitPull";
    const afterwards = await server.permit(action, key, route.repositoryName);
    const repository = server.git.published.get(route.repositoryName);
    if (!repository) return refuse(response, 404, `The repository ${route.repositoryName} does not exist.`);
    await exchange(server, request, response, { route, repository, key, afterwards });
  } catch (error) {
    if (error instanceof CredentialsRefused) return refuse(response, 403, error.message);
    if (error instanceof AwsError) return refuse(response, error.statusCode, error.message);
    throw error;
  }
}

function authenticate(
  { accessKeys, region, now }: GitServer,
  { headers }: IncomingMessage,
  credentials: { user: string; password: string },
  { repositoryName }: GitRoute,
): AccessKey {
  const target = { region, host: headers.host ?? "", path: `${gitPath}${repositoryName}` };
  return checkCredentials(accessKeys, credentials, target, now());
}

interface Admitted {
  readonly route: GitRoute;
  readonly repository: PublishedRepository;
  readonly key: AccessKey;
  readonly afterwards: () => void;
}

async function exchange(
  { git }: GitServer,
  request: IncomingMessage,
  response: ServerResponse,
  { route, repository, key, afterwards }: Admitted,
): Promise<void> {
  const { service, isAdvertisement } = route;
  await git.serve(repository.id, {
    request,
    response,
    service,
    isAdvertisement,
    onPush: (updates) => repository.onPush(updates, key.accessKeyId),
    onServed: afterwards,
  });
}

function challenge(response: ServerResponse): void {
  response.setHeader("WWW-Authenticate", 'Basic realm="AWS CodeCommit", charset="UTF-8"');
  refuse(response, 401, "Git needs credentials here: see aws codecommit credential-helper.");
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { "Content-Type": "text/plain", "Content-Length": Buffer.byteLength(message) });
  response.end(message);
}

export const gitPath = "/v1/repos/";

interface GitRoute {
  readonly repositoryName: string;
  readonly service: GitService;
  readonly isAdvertisement: boolean;
}

const services: readonly GitService[] = ["git-upload-pack", "git-receive-pack"];

/** Parses a request of Git's smart protocol; returns undefined for any other, the older protocol's included. */
function gitRoute({ method, url = "" }: { method?: string; url?: string }): GitRoute | undefined {
  const { pathname, searchParams } = new URL(url, "http://localhost");
  const [repositoryName = "", ...rest] = pathname.slice(gitPath.length).split("/");
  const action = rest.join("/");
  const isAdvertisement = action === "info/refs";
  const named = isAdvertisement ? searchParams.get("service") : action;
  const service = services.find((each) => each === named);
  if (!service || method !== (isAdvertisement ? "GET" : "POST")) return undefined;
  return { repositoryName, service, isAdvertisement };
}
