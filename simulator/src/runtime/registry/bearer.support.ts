import type { IncomingMessage, ServerResponse } from "node:http";
import { readBody } from "../../read-body.ts";
import { basicCredentials } from "../authorization.ts";
import type { Access, Action, Grant, Tokens, Wanted } from "./access.ts";
import { answerJson } from "./exchange.ts";

interface BearerOptions {
  readonly tokens: Tokens;
  /** URL of the token service. */
  readonly realm: () => string;
  readonly service: string;
}

/** Token authentication of the distribution project ("spec/auth/token"), as Docker Hub uses it. */
export function bearerAccess({ tokens, realm, service }: BearerOptions): Access {
  return {
    refusal(request, wanted) {
      const token = bearerToken(request.headers.authorization);
      const { state, grants } = tokens.check(token, new Date());
      if (state === "valid" && allows(grants, wanted)) return undefined;
      const fields = [`realm="${realm()}"`, `service="${service}"`];
      const asked = scopeOf(wanted);
      if (asked !== undefined) fields.push(`scope="${asked}"`);
      if (token !== undefined)
        fields.push(`error="${state === "valid" ? "insufficient_scope" : "invalid_token"}"`);
      return { challenge: `Bearer ${fields.join(",")}` };
    },
  };
}

function allows(grants: readonly Grant[], { repository, action }: Wanted): boolean {
  if (repository === undefined) return true;
  return grants.some((grant) => grant.repository === repository && grant.actions.includes(action));
}

/** A push also reads: clients first check for existing content. */
function scopeOf({ repository, action }: Wanted): string | undefined {
  if (repository === undefined) return undefined;
  return `repository:${repository}:${action === "push" ? "pull,push" : action}`;
}

export interface Login {
  readonly user: string;
  readonly password: string;
}

interface TokenService {
  readonly tokens: Tokens;
  readonly lifetimeMs: number;
  /** Returns the grants, among those requested, of a login or of an anonymous client; undefined for a wrong login. */
  grants(login: Login | undefined, asked: readonly Grant[]): readonly Grant[] | undefined;
}

/** Bytes. */
const largestForm = 64 * 1024;

/** GET with Basic and a query, or POST with a form ("spec/auth/oauth"). */
export async function serveToken(
  { tokens, lifetimeMs, grants }: TokenService,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const posted = request.method === "POST" ? await readBody(request, largestForm) : undefined;
  const form = new URLSearchParams(posted?.toString() ?? request.url?.split("?")[1]);
  const asked = form.getAll("scope").flatMap((scope) => scope.split(" ").flatMap(parseScope));
  const granted = grants(loginOf(request, form), asked);
  if (!granted) return answerJson(response, 401, { details: "incorrect username or password" });
  const now = Date.now();
  const token = tokens.issue(new Date(now + lifetimeMs), granted);
  answerJson(response, 200, {
    token,
    access_token: token,
    expires_in: Math.floor(lifetimeMs / 1000),
    issued_at: new Date(now).toISOString(),
  });
}

function loginOf(request: IncomingMessage, form: URLSearchParams): Login | undefined {
  const [user, password] = basicCredentials(request.headers.authorization);
  // Some clients send empty credentials if they have none.
  if (user && password !== undefined) return { user, password };
  const named = form.get("grant_type") === "password" ? form.get("username") : null;
  return named === null ? undefined : { user: named, password: form.get("password") ?? "" };
}

const actions: readonly string[] = ["pull", "push", "delete"] satisfies Action[];

function parseScope(scope: string): Grant[] {
  const [, repository, wanted] = /^repository:(.+):([a-z,*]+)$/.exec(scope) ?? [];
  if (repository === undefined || wanted === undefined) return [];
  const all = wanted === "*" ? actions : wanted.split(",").filter((action) => actions.includes(action));
  return [{ repository, actions: all as Action[] }];
}

/** RFC 6750. */
function bearerToken(authorization: string | undefined): string | undefined {
  return /^bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
}
