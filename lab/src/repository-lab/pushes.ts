import { git, gitWith } from "../runner/load/git.ts";
import type { RunRequest } from "../runner/runner.ts";
import { checkManualRun } from "../story/manual-runs.ts";
import type { Progress } from "../story/progress.ts";
import type { PushHandlers } from "../story/push-listener.ts";
import { readWorkflows } from "./repository.ts";
import { noCommit, readTrigger, requestsOf } from "./triggers.ts";

interface Opened {
  readonly gitDirectory: string;
  /** Starts a workflow and resolves at its end. */
  run(request: RunRequest): Promise<unknown>;
}

/**
 * Starts what a push to the rehearsal's repository stands for, once it is open.
 * @param head commit from which the first push to a branch starts
 */
export function createPushes(head: string, say: Progress["say"]) {
  /** The last commit that was pushed to each branch, as a push. */
  const commits = new Map<string, string>();
  let opened: Opened | undefined;
  const handlers: PushHandlers = {
    async check({ commit, options }, variables) {
      const { event, file, values } = readTrigger(options);
      if (event !== "workflow_dispatch" || !file || !opened) return;
      const { gitDirectory } = opened;
      const read = (...command: string[]) => gitWith(variables, gitDirectory, ...command);
      await checkManualRun(read, commit, { file, inputs: values });
    },
    async onPush({ commit, ref, options }) {
      if (!opened) return "nothing starts: the rehearsal is not ready";
      if (commit === noCommit) return `nothing starts: ${ref} is deleted`;
      const { gitDirectory, run } = opened;
      const isTag = ref.startsWith("refs/tags/");
      const branch = ref.replace(/^refs\/(?:heads|tags)\//, "");
      const trigger = readTrigger(options);
      const before = commits.get(branch) ?? head;
      if (trigger.event === "push" && before === commit)
        return `nothing to deploy: ${branch} is at ${commit.slice(0, 7)} already`;
      if (trigger.event === "push") commits.set(branch, commit);
      const { workflows, refused } = await readWorkflows(
        (...command) => git(gitDirectory, ...command),
        commit,
      );
      const requests = await requestsOf({ workflows, gitDirectory }, trigger, {
        branch,
        isTag,
        before,
        after: commit,
      });
      for (const request of requests) run(request).catch((error: Error) => say(error.message));
      const names = requests.map(({ workflow }) => workflow.replace(/^.*\//, "")).join(", ");
      return [
        names
          ? `${names}: started; the rehearsal's terminal shows it`
          : `no workflow is started by ${trigger.event}`,
        ...[...refused.values()].map((problem) => `not started: ${problem}`),
      ].join("\n");
    },
  };
  return {
    handlers,
    /** The last commit that was pushed to a branch. */
    headOf: (branch: string) => commits.get(branch) ?? head,
    open: (to: Opened) => {
      opened = to;
    },
  };
}
