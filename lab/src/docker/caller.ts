/** A call of `docker` by a step. */
export interface Caller {
  readonly args: readonly string[];
  /** Its working directory. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Has the client do something with files or programs (see client.cjs); undefined if that fails. */
  ask(what: string, ...values: readonly unknown[]): Promise<string | undefined>;
}
