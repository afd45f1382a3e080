import type { RunResult } from "../runner/result.ts";
import type { Change } from "./change.ts";
import type { Push } from "./push-listener.ts";
import type { ScratchRepository } from "./scratch-repository.ts";

export interface Release {
  /** Committed before the push; without it the last commit is pushed. */
  change?: Change;
  /** Variables of the repository while the run starts. */
  variables?: Readonly<Record<string, string>>;
  /** Presses "Cancel workflow" when the run's log comes to this line. */
  cancelAtLine?: RegExp;
}

interface Options {
  startDeploy(push: Push, cancelAtLine?: RegExp): Promise<RunResult>;
  /** Shows why a run that the story does not wait for could not start. */
  say(line: string): void;
}

/** Starts a run for each push to main, the user's and the story's, and allows the story to follow its own. */
export function createPushFollower({ startDeploy, say }: Options) {
  /** Set while the story waits for its own push; the user's pushes find it undefined. */
  let awaited: { cancelAtLine: RegExp | undefined; follow(run: Promise<RunResult>): void } | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const push = async (repository: ScratchRepository, cancelAtLine: RegExp | undefined) => {
    const started = new Promise<{ run: Promise<RunResult> }>((resolve) => {
      const follow = (run: Promise<RunResult>) => {
        // It may fail before the push has ended.
        run.catch(() => {});
        resolve({ run });
      };
      awaited = { cancelAtLine, follow };
    });
    try {
      await repository.push();
    } finally {
      awaited = undefined;
    }
    const unheard = new Error("the push has started no run: the hook of the rehearsal's repository failed");
    return Promise.race([started, Promise.reject(unheard)]);
  };

  /** A run reads the variables when it starts, which is before its push ends. */
  const release = async (
    repository: ScratchRepository,
    variables: Record<string, string>,
    { change, variables: own = {}, cancelAtLine }: Release,
  ) => {
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

  return {
    /** Returns the text for the user who pushes. */
    onPush(heard: Push): string {
      if (heard.ref !== "refs/heads/main") return `only a push to main deploys, not ${heard.ref}`;
      const run = startDeploy(heard, awaited?.cancelAtLine);
      if (awaited) awaited.follow(run);
      else run.catch((error: Error) => say(error.message));
      return "deploy.yml starts; the rehearsal's terminal shows it";
    },
    /** Commits and pushes, one release at a time, and resolves when its run has ended. */
    async pushAndFollow(...parameters: Parameters<typeof release>): Promise<RunResult> {
      const pushed = last.then(() => release(...parameters));
      last = pushed.catch(() => {});
      return (await pushed).run;
    },
  };
}
