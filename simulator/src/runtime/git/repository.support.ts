import type { GitRepositories } from "./git-repositories.ts";

/** Commits these files, and no others, to a branch; resolves to the commit's id. */
export async function commitFiles(
  git: GitRepositories,
  id: string,
  branch: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const parent = (await git.branches(id)).get(branch);
  const lines = [
    `commit refs/heads/${branch}`,
    "committer Ada <ada@example.com> 1767323045 +0000",
    ...data("change"),
    ...(parent === undefined ? [] : [`from ${parent}`]),
    "deleteall",
    ...Object.entries(files).flatMap(([path, content]) => [`M 100644 inline ${path}`, ...data(content)]),
  ];
  await git.run(id, ["fast-import", "--quiet"], { input: `${lines.join("\n")}\n` });
  return (await git.branches(id)).get(branch) ?? "";
}

const data = (content: string) => [`data ${Buffer.byteLength(content)}`, content];
