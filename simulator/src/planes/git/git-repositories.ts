import type { IncomingMessage, ServerResponse } from "node:http";
import type { GitRun } from "./git-program.ts";

/** One reference, such as `refs/heads/dev`, that now names another commit. */
export interface ReferenceUpdate {
  readonly name: string;
  /** The id before; undefined when the reference is new. */
  readonly before: string | undefined;
  /** The id now; undefined when the reference is gone. */
  readonly after: string | undefined;
}

export type GitService = "git-upload-pack" | "git-receive-pack";

/** A request of Git's smart protocol over HTTP (gitprotocol-http), let in already. */
export interface GitExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly service: GitService;
  /** Whether it requests the references, the first step of every exchange. */
  readonly isAdvertisement: boolean;
  /** A push is in; its client hears of it once this is done. */
  onPush(updates: readonly ReferenceUpdate[]): Promise<void>;
  /** Called when Git is done; an error aborts the response. */
  onServed(): void;
}

/** How a repository can be reached over HTTP. */
export interface PublishedRepository {
  readonly id: string;
  onPush(updates: readonly ReferenceUpdate[], accessKeyId: string): Promise<void>;
}

/** Bare repositories on disk, real Git under each, by the id of their CodeCommit repository: a name may change. */
export interface GitRepositories {
  /** Makes an empty one. */
  create(id: string): Promise<void>;
  remove(id: string): Promise<void>;
  /** Commit by branch name, without `refs/heads/`. */
  branches(id: string): Promise<ReadonlyMap<string, string>>;
  /** Returns the files of a commit as a ZIP archive, as CodePipeline passes them on. Rejects for an unknown commit. */
  archive(id: string, commitId: string): Promise<Buffer>;
  /** Runs a command of Git in it; resolves to its standard output, rejects with GitError. */
  run(id: string, args: readonly string[], options?: GitRun): Promise<Buffer>;
  /** Repositories that can be cloned, by name; the owner of a name adds it here. */
  readonly published: Map<string, PublishedRepository>;
  /** Responds with streams in both directions; resolves when the exchange is over. */
  serve(id: string, exchange: GitExchange): Promise<void>;
  /** Ends every child process. */
  close(): Promise<void>;
}
