import type { Json } from "../expressions/evaluate.ts";
import type { Workflow } from "../load/workflow.ts";
import type { RunnerOptions, WorkflowEvent } from "./run-context.ts";
import { idOf } from "./token-issuer.ts";

interface Facts {
  id: number;
  sha: string;
  event: WorkflowEvent;
  inputs: { [name: string]: Json };
  workflow: Workflow;
  repository: RunnerOptions["repository"];
  github?: RunnerOptions["github"];
}

/** The `github` context of a run. Without a GitHub behind it, `token` is empty. */
export function githubContext(facts: Facts): { [name: string]: Json } {
  const { event } = facts;
  const { name: repository, fork = false } = facts.repository;
  const owner = repository.split("/")[0] as string;
  const name = repository.split("/")[1] ?? "";
  const { ref, refName, baseRef = "", headRef = "" } = refsOf(event);
  const described = { full_name: repository, name, fork, default_branch: "main" };
  const payload: Json = { ...payloadOf(facts, described), repository: described };
  return {
    action: "",
    actor: owner,
    actor_id: idOf(owner),
    api_url: facts.github?.apiUrl ?? "https://api.github.com",
    base_ref: baseRef,
    event: payload,
    event_name: event.name,
    graphql_url: "https://api.github.com/graphql",
    head_ref: headRef,
    job: "",
    ref,
    ref_name: refName,
    ref_protected: false,
    ref_type: ref.startsWith("refs/tags/") ? "tag" : "branch",
    repository,
    repository_id: idOf(repository),
    repository_owner: owner,
    repository_owner_id: idOf(owner),
    run_attempt: "1",
    run_id: String(facts.id),
    run_number: String(facts.id),
    server_url: "https://github.com",
    sha: facts.sha,
    token: facts.github?.token ?? "",
    triggering_actor: owner,
    workflow: facts.workflow.name,
    workflow_ref: `${repository}/${facts.workflow.path}@${ref}`,
    workflow_sha: facts.sha,
  };
}

interface Refs {
  ref: string;
  refName: string;
  baseRef?: string;
  headRef?: string;
}

function refsOf(event: WorkflowEvent): Refs {
  if (event.name === "release") return { ref: `refs/tags/${event.tag}`, refName: event.tag };
  if (event.name !== "pull_request") {
    const kind = event.name === "push" && event.isTag ? "tags" : "heads";
    return { ref: `refs/${kind}/${event.branch}`, refName: event.branch };
  }
  const refName = `${event.number}/merge`;
  return { ref: `refs/pull/${refName}`, refName, baseRef: event.base, headRef: event.head };
}

/** Activities that GitHub reports for an event, each as a run of its own; the runner starts one. */
function activitiesOf(event: WorkflowEvent): string[] {
  if (event.name === "pull_request") return ["synchronize", "opened", "reopened"];
  if (event.name === "release") return ["published", "released", "created"];
  return event.name === "repository_dispatch" ? [event.type] : ["created"];
}

/** Returns the activity of an event for which the workflow starts; undefined if its `types` have none. */
export function activityOf(event: WorkflowEvent, { events }: Workflow): string | undefined {
  const { types } = (events[event.name] ?? {}) as { types?: string[] };
  return activitiesOf(event).find((activity) => !types || types.includes(activity));
}

function payloadOf(facts: Facts, repo: { [name: string]: Json }): { [name: string]: Json } {
  const { event, sha, workflow, inputs } = facts;
  const { ref, refName } = refsOf(event);
  if (event.name === "workflow_dispatch") return { ref, workflow: workflow.path, inputs };
  if (event.name === "push") {
    const { before, after } = event;
    return { ref, before, after, created: /^0+$/.test(before) };
  }
  const action = activityOf(event, workflow) ?? null;
  if (event.name === "release") {
    const texts = { tag_name: refName, name: refName, body: "", target_commitish: "main" };
    return { action, release: { ...texts, draft: false, prerelease: false } };
  }
  if (event.name === "deployment") {
    const { environment, payload = {} } = event;
    return { action, deployment: { environment, payload, ref: refName, sha, task: "deploy" } };
  }
  if (event.name === "repository_dispatch")
    return { action, branch: refName, client_payload: event.payload ?? {} };
  const { number, base, baseSha, head, headSha, fork } = event;
  const headRepo = fork ? { ...repo, full_name: fork, fork: true } : repo;
  const sides = {
    base: { ref: base, sha: baseSha, repo },
    head: { ref: head, sha: headSha, repo: headRepo },
  };
  return { action, number, pull_request: { number, ...sides } };
}

/** The `GITHUB_…` variables that every step finds in its environment. */
export function githubVariables({ event: _, token: __, ...context }: { [name: string]: Json }) {
  return variablesOf("GITHUB", context);
}

/** The values of a context as environment variables. */
export function variablesOf(prefix: string, context: { [name: string]: Json }): Record<string, string> {
  const entries = Object.entries(context);
  return Object.fromEntries(
    entries.map(([name, value]) => [`${prefix}_${name.toUpperCase()}`, String(value)]),
  );
}
