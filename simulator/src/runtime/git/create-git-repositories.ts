import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createGitProgram } from "./git-program.ts";
import type { GitRepositories } from "./git-repositories.ts";
import { createPushHook, serveSmartHttp } from "./smart-http.ts";

/** Repositories are in a separate folder, which the first one creates. */
export function createGitRepositories({ directory }: { directory: string }): GitRepositories {
  const program = createGitProgram();
  const hook = createPushHook(directory);
  const pathOf = (id: string) => join(directory, `${id}.git`);
  const run: GitRepositories["run"] = (id, args, options) => program.run(pathOf(id), args, options);
  return {
    async create(id) {
      await hook.install();
      await mkdir(join(pathOf(id), "info"), { recursive: true });
      // Archives contain the committed files, without effects of a file .gitattributes.
      await writeFile(join(pathOf(id), "info", "attributes"), "* -export-ignore -export-subst\n");
      const format = ["--object-format=sha1", "--initial-branch=main"];
      await run(id, ["init", "--quiet", "--bare", "--template=", ...format]);
    },
    remove: (id) => rm(pathOf(id), { recursive: true, force: true }),
    async branches(id) {
      const format = "--format=%(objectname) %(refname:lstrip=2)";
      const lines = (await run(id, ["for-each-ref", format, "refs/heads/"])).toString().split("\n");
      return new Map(
        lines.filter(Boolean).map((line) => {
          const space = line.indexOf(" ");
          return [line.slice(space + 1), line.slice(0, space)];
        }),
      );
    },
    archive: (id, commitId) =>
      run(id, ["archive", "--format=zip", "--end-of-options", `${commitId}^{commit}`]),
    run,
    published: new Map(),
    serve: (id, exchange) => serveSmartHttp(program, pathOf(id), hook.report(), exchange),
    close: () => program.close(),
  };
}
