/** What is known of the run, filled in while it goes on, so that outputs and summary tell it whatever happens. */
export interface MirrorRecord {
  readonly repository: string;
  readonly branch: string;
  readonly path: string | undefined;
  readonly mode: "plan" | "apply";
  cause: string;
  /** Address of the mirrored repository, such as `https://github.com/owner/name`. */
  readonly origin: string;
  sourceCommit: string;
  /** CodeCommit's address of the repository; empty while there is none. */
  url: string;
  readonly region: string;
  /** Head of the branch before the run; empty when there was none. */
  previous: string;
  /** What the branch holds after the run; with `plan`, what it would hold. */
  commit: string;
  hasChanges: boolean;
  pushed: boolean;
  /** How many the push adds to the branch; undefined when that cannot be told. */
  commits: number | undefined;
  changes: readonly FileChange[];
}

export interface FileChange {
  readonly path: string;
  /** Undefined for a file that is not text. */
  readonly lines: { readonly added: number; readonly removed: number } | undefined;
}
