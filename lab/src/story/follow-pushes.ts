import { gitWith } from "../runner/load/git.ts";
import type { RunResult } from "../runner/result.ts";
import type { Change } from "./change.ts";
import { checkManualRun, type ManualRun, readPushOptions } from "./manual-runs.ts";
import type { Push, PushHandlers } from "./push-listener.ts";
import type { ScratchRepository } from "./scratch-repository.ts";

export interface Release {
  /** Committed before the push; without it the last commit is pushed. */
  change?: Change;
  /** Variables of the repository while the run starts. */
  variables?: Readonly<Record<string, string>>;
  /** Presses "Cancel workflow" when the run's log comes to this line. */
  cancelAtLine?: RegExp;
}

/** The commits between which a push moves main. */
export interface Move {
  /** Forty zeros for the first push. */
  before: string;
  after: string;
}

interface Options {
  gitDirectory: string;
  startDeploy(move: Move, cancelAtLine?: RegExp): Promise<RunResult>;
  startManually(run: ManualRun, commit: string): Promise<RunResult>;
  /** Shows why a run that the story does not wait for could not start. */
  say(line: string): void;
}

/** The command that starts a workflow, as a user types it. */
export const exampleOfManualRun = "git push lab -o workflow=rollback.yml -o service=customer";

/** The story's own push: what it waits for. */
interface Awaited {
  cancelAtLine: RegExp | undefined;
  follow(run: Promise<RunResult>): void;
}

/** Starts a run for each push to main, the user's and the story's, and allows the story to follow its own. */
export function createPushFollower({ gitDirectory, startDeploy, startManually, say }: Options) {
  /** Set while the story waits for its own push; the user's pushes find it undefined. */
  let awaited: Awaited | undefined;
  let main: string | undefined;
  /** The last commit that was pushed without options: a later push deploys what changed since. */
  let deployed = "0".repeat(40);
  const deploy = (commit: string) => {
    const move = { before: deployed, after: commit };
    deployed = commit;
    return startDeploy(move, awaited?.cancelAtLine);
  };
  const handlers: PushHandlers = {
    async check({ commit, ref, options }, variables) {
      const run = readPushOptions(options);
      if (ref !== "refs/heads/main") throw new Error(`a workflow runs on main, not on ${ref}`);
      if (run)
        await checkManualRun((...command) => gitWith(variables, gitDirectory, ...command), commit, run);
    },
    onPush({ commit, ref, options }: Push): string {
      if (ref !== "refs/heads/main") return `only a push to main deploys, not ${ref}`;
      main = commit;
      const manual = readPushOptions(options);
      if (!manual && commit === deployed)
        return `nothing to deploy: main is at ${commit.slice(0, 7)} already. To start a workflow:\n  ${exampleOfManualRun}`;
      const run = manual ? startManually(manual, commit) : deploy(commit);
      if (!manual && awaited) awaited.follow(run);
      else run.catch((error: Error) => say(error.message));
      return `${manual?.file ?? "deploy.yml"} starts; the rehearsal's terminal shows it`;
    },
  };
  const push = createReleases(
    () => main,
    (next) => {
      awaited = next;
    },
  );
  return {
    handlers,
    /** The commit of main; undefined before the first push. */
    main: () => main,
    push,
    /** Commits and pushes, one release at a time, and resolves when its run has ended. */
    pushAndFollow: async (...parameters: Parameters<typeof push>): Promise<RunResult> =>
      (await push(...parameters)).run,
  };
}

/** Returns a function that commits and pushes, one release at a time, and resolves when its run has been started. */
function createReleases(main: () => string | undefined, wait: (awaited: Awaited | undefined) => void) {
  let last: Promise<unknown> = Promise.resolve();
  const push = async (repository: ScratchRepository, cancelAtLine: RegExp | undefined) => {
    const started = Promise.withResolvers<{ run: Promise<RunResult> }>();
    const follow = (run: Promise<RunResult>) => {
      // It may fail before the push has ended.
      run.catch(() => {});
      started.resolve({ run });
    };
    wait({ cancelAtLine, follow });
    try {
      await repository.push();
    } finally {
      wait(undefined);
    }
    const unheard = new Error("the push has started no run: the hook of the rehearsal's repository failed");
    return Promise.race([started.promise, Promise.reject(unheard)]);
  };
  /** A run reads the variables when it starts, which is before its push ends. */
  const release = async (
    repository: ScratchRepository,
    variables: Record<string, string>,
    { change, variables: own = {}, cancelAtLine }: Release,
  ) => {
    const commit = main();
    if (commit !== undefined) await repository.moveTo(commit);
    if (change) await repository.commit(change);
    const before = Object.keys(own).map((name) => [name, variables[name]] as const);
    Object.assign(variables, own);
    try {
      return await push(repository, cancelAtLine);
    } finally {
      for (const [name, value] of before)
        if (value === undefined) delete variables[name];
        else variables[name] = value;
    }
  };
  return (...parameters: Parameters<typeof release>) => {
    const pushed = last.then(() => release(...parameters));
    last = pushed.catch(() => {});
    return pushed;
  };
}
