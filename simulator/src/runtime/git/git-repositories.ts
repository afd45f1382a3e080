import type { IncomingMessage, ServerResponse } from "node:http";
import type { GitRun } from "./git-program.ts";

/** A reference, such as `refs/heads/dev`, that now points to another commit. */
export interface ReferenceUpdate {
  readonly name: string;
  /** The id before; undefined when the reference is new. */
  readonly before: string | undefined;
  /** The id now; undefined when the reference is gone. */
  readonly after: string | undefined;
}

export type GitService = "git-upload-pack" | "git-receive-pack";

/** An authorized request of Git's smart protocol over HTTP (gitprotocol-http). */
export interface GitExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly service: GitService;
  /** Whether it requests the references, the first step of every exchange. */
  readonly isAdvertisement: boolean;
  /** Called after a push; its client waits for the promise. */
  onPush(updates: readonly ReferenceUpdate[]): Promise<void>;
  /** Called when Git is done; an error aborts the response. */
  onServed(): void;
}

/** How a repository can be reached over HTTP. */
export interface PublishedRepository {
  readonly id: string;
  onPush(updates: readonly ReferenceUpdate[], accessKeyId: string): Promise<void>;
}

/** Bare repositories on disk, real Git, by the id of their CodeCommit repository: a name may change. */
export interface GitRepositories {
  /** Creates an empty repository. */
  create(id: string): Promise<void>;
  remove(id: string): Promise<void>;
  /** Returns the commit of each branch, by name without `refs/heads/`. */
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
