import type { GitRepositories } from "./git-repositories.ts";

type Run = GitRepositories["run"];

const reading =
  /^(?:--literal-pathspecs )?(?:archive|cat-file|check-ref-format|for-each-ref|ls-tree|rev-parse) /;

/** Bytes of the largest response that is kept. */
const largestKept = 64 * 1024;

/**
 * Keeps what Git said until something is written to the repository. Each command is a process, and a check of the lab
 * reads the same files with hundreds of them.
 */
export function rememberReads(run: Run): { readonly run: Run; forget(id: string): void } {
  const byRepository = new Map<string, Map<string, Buffer>>();
  const forget = (id: string) => void byRepository.delete(id);
  return {
    forget,
    async run(id, args, options) {
      const command = args.join(" ");
      if (options || !reading.test(command)) return run(id, args, options).finally(() => forget(id));
      // A response that comes after a write ends up in a map that was given up.
      const kept = byRepository.get(id) ?? new Map<string, Buffer>();
      byRepository.set(id, kept);
      const known = kept.get(command);
      if (known) return known;
      const said = await run(id, args);
      if (said.length <= largestKept) kept.set(command, said);
      return said;
    },
  };
}
