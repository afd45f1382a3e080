import { existsSync, readFileSync } from "node:fs";
import { commentPlan } from "@ecs-delivery/actions/core/comment-plan";
import { runnerLog } from "@ecs-delivery/actions/core/log";
import { defineOptions, parseWithArguments, Refusal, textOf } from "@ecs-delivery/program/command-line";

/** Comments a Markdown file on the pull request of a workflow's run; a later one of the same key updates it. */
export async function commentCommand(argv: readonly string[]): Promise<number> {
  const { values, given } = parseWithArguments(command, argv);
  const text = textOf(command, values, process.stdout.columns);
  if (text !== undefined) {
    console.log(text);
    return 0;
  }
  const [file = ""] = given;
  if (given.length !== 1 || !existsSync(file))
    throw new Refusal(`comment: give one existing file. Usage: ${command.usage}`);
  const { GITHUB_TOKEN: token } = process.env;
  if (!token) throw new Refusal("comment: GITHUB_TOKEN is not set. Fix: pass a token that may comment in it");
  const context = { log: runnerLog, signal: new AbortController().signal };
  const key = values.key ?? "ecs-delivery";
  await commentPlan(context, token, { key, markdown: readFileSync(file, "utf8") });
  return 0;
}

const command = {
  name: "comment",
  usage: "ecs-delivery comment FILE [options]",
  about: `Comments a Markdown file on the pull request of a workflow's run, as the action rehearse does; the token is
in the variable GITHUB_TOKEN. Without a pull request it does nothing.`,
  options: defineOptions({
    key: { value: "TEXT", help: "identifies the comment that later runs update (default ecs-delivery)" },
  }),
};
