/** Returns path and query of a request target, without decoding: rules compare the client's text (RFC 9112 §3.2). */
export interface RequestTarget {
  readonly path: string;
  readonly query: string;
}

export function splitRequestTarget(target: string): RequestTarget {
  const start = target.startsWith("/") ? 0 : pathStart(target);
  const question = target.indexOf("?", start);
  if (question < 0) return { path: target.slice(start) || "/", query: "" };
  return { path: target.slice(start, question) || "/", query: target.slice(question + 1) };
}

/** In the absolute form the path begins after the authority. */
function pathStart(target: string): number {
  const scheme = target.indexOf("://");
  if (scheme < 0) return 0;
  const end = target.slice(scheme + 3).search(/[/?]/);
  return end < 0 ? target.length : scheme + 3 + end;
}

/** The Host header without its port; an IPv6 literal keeps its brackets. */
export function hostName(host: string): string {
  return host.replace(/:\d*$/, "");
}
