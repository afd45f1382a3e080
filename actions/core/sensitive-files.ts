import { Failure } from "./failure.ts";

/** Files that rarely belong where others can read them, by their paths with `/`. */
const patterns = {
  dependencies: /^((?:.*\/)?node_modules)\//,
  git: /^((?:.*\/)?\.git)(?:\/|$)/,
  // Examples contain no secrets by purpose.
  environment: /^((?:.*\/)?\.env(?:\.(?!(?:example|sample|template|dist)$)[^/]*)?)$/,
  credentials:
    /^((?:.*\/)?(?:\.aws\/(?:credentials|config|(?:sso|cli)\/cache\/.*)|\.docker\/config\.json|\.kube\/config|\.netrc|\.git-credentials))$/,
  registry: /^((?:.*\/)?\.npmrc)$/,
  keys: /^((?:.*\/)?(?:id_(?:rsa|dsa|ecdsa|ed25519)|[^/]*\.(?:pem|key|p12|pfx|jks)))$/,
} as const;

export type SensitiveKind = keyof typeof patterns;

const mostShown = 5;

/** Returns `a/.env, node_modules and 3 more` for the paths of these kinds, a folder once; undefined without any. */
export function namesOfSensitive(
  paths: Iterable<string>,
  kinds: readonly SensitiveKind[],
): string | undefined {
  const found = new Set<string>();
  for (const path of paths)
    for (const kind of kinds) {
      const name = patterns[kind].exec(path)?.[1];
      if (name) found.add(name);
    }
  return found.size > 0 ? listed([...found]) : undefined;
}

/** For git grep: the first line of a private key, alone on its line. RFC 7468 and RFC 4880 have the labels. */
export const privateKeyPattern = "^-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY( BLOCK)?-----[[:space:]]*$";

export function refusePrivateKeys(paths: readonly string[], nextStep: string): void {
  if (paths.length > 0) throw new Failure(`Private keys are in the commit: ${listed(paths)}`, { nextStep });
}

function listed(names: readonly string[]): string {
  const more = names.length - mostShown;
  return `${names.slice(0, mostShown).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
