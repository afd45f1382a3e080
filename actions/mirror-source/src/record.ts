/** Facts of the run, collected while it is in progress, so that outputs and summary show them whatever happens. */
export interface MirrorRecord {
  readonly repository: string;
  readonly branch: string;
  readonly path: string | undefined;
  readonly mode: "plan" | "apply";
  cause: string;
  fix: string;
  /** Address of the mirrored repository, such as `https://github.com/owner/name`. */
  readonly origin: string;
  sourceCommit: string;
  /** CodeCommit's address of the repository; empty while there is none. */
  url: string;
  readonly region: string;
  /** Head of the branch before the run; empty when there was none. */
  previous: string;
  /** The branch's commit after the run; with `plan`, the one it would have. */
  commit: string;
  hasChanges: boolean;
  pushed: boolean;
  /** How many commits the push adds to the branch; undefined when that is not known. */
  commits: number | undefined;
  changes: readonly FileChange[];
}

export interface FileChange {
  readonly path: string;
  /** Undefined for a file that is not text. */
  readonly lines: { readonly added: number; readonly removed: number } | undefined;
}
