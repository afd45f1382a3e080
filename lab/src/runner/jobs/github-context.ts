import type { Json } from "../expressions/evaluate.ts";
import type { Workflow } from "../load/workflow.ts";
import type { DispatchEvent, PushEvent, RunnerOptions } from "./run-context.ts";

interface Facts {
  id: number;
  sha: string;
  event: PushEvent | DispatchEvent;
  inputs: { [name: string]: Json };
  workflow: Workflow;
  repository: RunnerOptions["repository"];
}

/** The `github` context of a run. There is no GitHub behind it, so `token` is empty. */
export function githubContext(facts: Facts): { [name: string]: Json } {
  const { event } = facts;
  const { name: repository, fork = false } = facts.repository;
  const ref = `refs/heads/${event.branch}`;
  const owner = repository.split("/")[0] as string;
  const name = repository.split("/")[1] ?? "";
  const described = { full_name: repository, name, fork, default_branch: "main" };
  const payload: Json =
    event.name === "push"
      ? {
          ref,
          before: event.before,
          after: event.after,
          created: /^0+$/.test(event.before),
          repository: described,
        }
      : { ref, workflow: facts.workflow.path, inputs: facts.inputs, repository: described };
  return {
    action: "",
    actor: owner,
    api_url: "https://api.github.com",
    base_ref: "",
    event: payload,
    event_name: event.name,
    graphql_url: "https://api.github.com/graphql",
    head_ref: "",
    job: "",
    ref,
    ref_name: event.branch,
    ref_protected: false,
    ref_type: "branch",
    repository,
    repository_owner: owner,
    run_attempt: "1",
    run_id: String(facts.id),
    run_number: String(facts.id),
    server_url: "https://github.com",
    sha: facts.sha,
    token: "",
    triggering_actor: owner,
    workflow: facts.workflow.name,
    workflow_ref: `${repository}/${facts.workflow.path}@${ref}`,
    workflow_sha: facts.sha,
  };
}

const exported = [
  "action_path",
  "actor",
  "api_url",
  "base_ref",
  "event_name",
  "graphql_url",
  "head_ref",
  "job",
  "ref",
  "ref_name",
  "ref_protected",
  "ref_type",
  "repository",
  "repository_owner",
  "run_attempt",
  "run_id",
  "run_number",
  "server_url",
  "sha",
  "triggering_actor",
  "workflow",
  "workflow_ref",
  "workflow_sha",
];

/** The `GITHUB_…` variables that every step finds in its environment. */
export function githubVariables(context: { [name: string]: Json }): Record<string, string> {
  const present = exported.filter((name) => context[name] !== undefined);
  return Object.fromEntries(present.map((name) => [`GITHUB_${name.toUpperCase()}`, String(context[name])]));
}
