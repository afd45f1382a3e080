import type { TemplateToken } from "@actions/workflow-parser/templates/tokens/template-token";
import { refuse } from "../errors.ts";
import { isMapping } from "../expressions/functions.ts";

export function find(token: TemplateToken | undefined, key: string): TemplateToken | undefined {
  return token && isMapping(token) ? token.find(key) : undefined;
}

export function placeOf(token: TemplateToken, path: string): string {
  return token.line === undefined ? path : `${path}:${token.line}`;
}

/** GitHub's schema has more keys than this runner supports: keys not in `known` are refused. */
export function knowOnly(
  token: TemplateToken | undefined,
  path: string,
  subject: string,
  known: string[],
): void {
  if (!token || !isMapping(token)) return;
  for (const { key } of token) {
    const name = key.toString();
    if (!known.includes(name)) throw refuse(placeOf(key, path), `${subject} '${name}'`, known);
  }
}

/** Returns the keys of a mapping with their values; none for another token. */
export const pairsOf = (token: TemplateToken | undefined) =>
  token && isMapping(token) ? [...token].map(({ key, value }) => [key.toString(), value] as const) : [];
