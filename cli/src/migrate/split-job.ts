import {
  isAlias,
  isNode,
  type Node,
  type Pair,
  parse,
  parseDocument,
  type Scalar,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { workflow as writeWorkflow } from "../init/files.ts";
import {
  codeOfStep,
  findBoth,
  type Part,
  partOf,
  type Read,
  secretIn,
  stepsOf,
} from "./code-and-credentials.ts";

type JobNode = YAMLMap<Scalar, Node>;
type JobsNode = YAMLMap<Scalar, JobNode>;

/** Keys of a job that both jobs get, and those that stay with the credentials. */
const sharedKeys = ["runs-on", "needs", "if", "env", "defaults", "timeout-minutes"];
const ownKeys = ["name", "environment", "permissions", "outputs", "steps"];

/**
 * Makes two jobs of one that builds an image with docker and has credentials: one that builds without them, and the job
 * of the same name, which pushes this image. Returns the whole file. Throws an Error with the reason where the
 * workflow might break.
 * @param actions `owner/name` of the repository that has our actions
 */
export function splitJob(source: string, name: string, actions: string, read: Read): string {
  const document = parseDocument(source);
  const workflow = partOf(document.toJS());
  const job = partOf(partOf(workflow.jobs)[name]);
  const jobs = document.get("jobs") as JobsNode;
  const node = jobs.get(name) as JobNode;
  requireFit(job, workflow, node);
  const steps = stepsOf(job);
  const at = steps.findIndex(({ run }) => /\bdocker (?:buildx )?build\b/.test(`${run}`));
  const image = readImage(steps[at] ?? {}, { ...partOf(workflow.env), ...partOf(job.env) });
  const places = steps.map((step, index) => (index < at ? placeOf(step, read) : "deploy"));

  const id = jobs.has("build") ? `build-${name}` : "build";
  if (jobs.has(id)) throw new Error(`the workflow has a job ${id}, the name of the new one`);
  const { pair, push } = writeImageSteps(image, id, actions);
  const [own, built] = [node, pair.value as JobNode].map((each) => each.get("steps") as YAMLSeq<Node>);
  if (!own || !built) throw new Error("its steps are not a list");
  built.items = [...own.items.filter((_, index) => places[index] !== "deploy"), ...built.items.slice(1)];
  own.items = own.items.flatMap((each, index) =>
    index === at ? push : places[index] === "build" ? [] : [each],
  );
  const shared = node.items.filter(({ key }) => sharedKeys.includes(`${key.value}`));
  pair.value?.items.splice(0, 1, ...shared);
  node.delete("needs");
  const needs = document.createNode([job.needs ?? [], id].flat(), { flow: true });
  node.items.unshift(document.createPair("needs", needs) as unknown as Pair<Scalar, Node>);
  const index = jobs.items.findIndex(({ key }) => key.value === name);
  (jobs.items[index] as Pair<Scalar>).key.spaceBefore = true;
  jobs.items.splice(index, 0, pair);
  const flowCollectionPadding = /[^{]\{ \w/.test(source) || !/\[\S/.test(source);
  const indentSeq = !/^( *)steps:\s*\n\1- /m.test(source);
  const text = document.toString({ lineWidth: 0, flowCollectionPadding, indentSeq });
  requireSound(parse(text), id, name, read);
  return source.includes("\r\n") ? text.replace(/\r?\n/g, "\r\n") : text;
}

/** Throws for what may mean something else in two jobs. */
function requireFit(job: Part, workflow: Part, node: Node): void {
  const key = Object.keys(job).find((each) => ![...sharedKeys, ...ownKeys].includes(each));
  if (key) throw new Error(`its key ${key} may not fit two jobs`);
  const status =
    /\b(?:always|failure|cancelled)\(\)/.exec(`${job.if}`) ?? /\bfailure\(\)/.exec(JSON.stringify(job));
  if (status) throw new Error(`its condition ${status[0]} would not see the other job`);
  const runner = /windows|macos/i.exec(JSON.stringify(job["runs-on"] ?? ""));
  if (runner) throw new Error(`its runner (${runner[0]}) cannot build this image with BuildKit`);
  if ([workflow, job].some(({ defaults }) => partOf(partOf(defaults).run)["working-directory"]))
    throw new Error("its default working-directory is not that of actions");
  visit(node, (_, each) => {
    if (isAlias(each) || (isNode(each) && "anchor" in each && each.anchor))
      throw new Error("it shares parts by a YAML anchor");
  });
}

/** Takes the job that builds, and the steps that push, from the workflow that `init` writes. */
function writeImageSteps({ build, push, id }: Image, job: string, actions: string) {
  const names = { cluster: "", service: "", container: "", repository: "" };
  const service = { ...names, revision: "", taskDefinition: {}, codedeploy: undefined };
  const written = parseDocument(writeWorkflow(service, { actions, region: "" }));
  const set = (path: string, value: string) =>
    written.setIn(["jobs", ...path.split(" ")], value.replace(/\$\{\{(\S+?)\}\}/g, "$${{ $1 }}"));
  for (const [name, value] of Object.entries(build)) set(`build steps 2 with ${name}`, value);
  for (const [name, value] of Object.entries(push)) set(`deploy steps 3 with ${name}`, value);
  set("deploy steps 3 id", id);
  set("deploy steps 3 with digest", `\${{ needs.${job}.outputs.digest }}`);
  // Artifacts of a run have different names.
  for (const step of ["build steps 3", "deploy steps 2"])
    set(`${step} with name`, job.replace("build", "image"));
  const [pair] = (written.get("jobs") as JobsNode).items as [Pair<Scalar, JobNode>];
  pair.key.value = job;
  return { pair, push: (written.getIn(["jobs", "deploy", "steps"]) as YAMLSeq<Node>).items.slice(2, 4) };
}

/** Where a step before the build belongs: with the code, with the credentials, or in both jobs as it only prepares. */
function placeOf(step: Part, read: Read): "build" | "deploy" | "both" {
  const { name, uses, run } = step;
  const withCredentials =
    /^(?:aws-actions\/(?:configure-aws-credentials|amazon-ecr-login)@|aws ecs describe-)/;
  if (withCredentials.test(`${uses ?? run}`)) return "deploy";
  const problem = secretIn(step) ?? /GITHUB_(?:ENV|PATH)|\b(?:aws|curl|gh|docker)\b/.exec(`${run}`)?.[0];
  if (problem) throw new Error(`the step "${name ?? uses ?? run}" before docker build has ${problem}`);
  const isCheckout = /^actions\/checkout@/.test(`${uses}`);
  return codeOfStep(step, true, read) || (uses && !isCheckout) ? "build" : "both";
}

/** Throws if a job has both still, or uses what only the other job has. */
function requireSound(workflow: Part, id: string, name: string, read: Read): void {
  const found = findBoth(workflow, read).find(({ job }) => job === id || job === name);
  if (found) throw new Error(`in the job ${found.job}, ${found.code} would still find ${found.credentials}`);
  const [build = {}, own = {}] = [id, name].map((each) => partOf(partOf(workflow.jobs)[each]));
  if (own.environment && /\bvars\./.test(JSON.stringify(build)))
    throw new Error(`the job ${id} may not have the variables of the environment`);
  for (const job of [build, own]) {
    const ids = stepsOf(job).map((step) => step.id);
    const used = [...JSON.stringify(job).matchAll(/\bsteps\.([\w-]+)/g)].map(([, step]) => step);
    const missing = used.find((step) => !ids.includes(step));
    const double = ids.find((each, index) => each !== undefined && ids.indexOf(each) < index);
    if (double) throw new Error(`two steps of a job would have the id ${double}`);
    if (missing) throw new Error(`the step ${missing} is used in both jobs`);
  }
}

interface Image {
  readonly id: string;
  /** Inputs of build-image. */
  readonly build: Readonly<Record<string, string>>;
  readonly push: Readonly<Record<string, string>>;
}

const buildLine =
  /^docker (?:buildx )?build ((?:(?:-t|--tag|-f|--file)[ =]\S+ )*)([^-\s]\S*)((?: (?:-t|--tag|-f|--file)[ =]\S+)*)$/;
const pushLine = /^docker push ((?:\$\{\{[^}]*\}\}|[\w./-])+)(?::(\S+))?$/;
const outputLine = /^echo (?:::set-output name=image::|image=)(\S+?)(?: ?>> ?\$\{?GITHUB_OUTPUT\}?)?$/;
const ignoredLine = /^(?:#.*|set -\w+|docker tag \S+ \S+|echo [^>:]*)?$/;

/** Reads a step that only builds one image, pushes it and sets the output `image`. Throws for anything else. */
function readImage({ name: _, id = "image", env, run = "", ...others }: Part, outerEnv: Part): Image {
  const values: Part = { GITHUB_SHA: `\${{ github.sha }}`, ...outerEnv, ...partOf(env) };
  const lines = `${run}`
    .replace(/\\\r?\n\s*/g, "")
    .replace(/["']/g, "")
    .replace(
      /\$\{\{\s*env\.(\w+)\s*\}\}|\$\{(\w+)\}|\$(\w+)/g,
      (text, ...names) => `${values[names[0] ?? names[1] ?? names[2]] ?? text}`,
    )
    // Words without blanks.
    .replace(/\$\{\{\s*([^\s}]+)\s*\}\}/g, "$${{$1}}")
    .split("\n")
    .map((line) => line.trim());
  const [built, ...more] = lines.flatMap((line) => (buildLine.test(line) ? [buildLine.exec(line)] : []));
  const pushes = lines.flatMap((line) => (pushLine.test(line) ? [pushLine.exec(line) ?? []] : []));
  const names = pushes.map(([line = ""]) => line.replace("docker push ", ""));
  const known = [buildLine, pushLine, ignoredLine];
  const unknown = lines.find(
    (line) => !known.some((each) => each.test(line)) && !names.includes(outputLine.exec(line)?.[1] ?? ""),
  );
  const [unfit = unknown] = Object.keys(others);
  if (unfit) throw new Error(`its step with docker build also has "${unfit}"`);
  const [, before, context = "", after] = built ?? [];
  const file = /(?:-f|--file)[ =](\S+)/.exec(`${before}${after}`)?.[1];
  const repository = pushes[0]?.[1];
  if (!built || more.length > 0 || !repository || pushes.some((push) => push[1] !== repository))
    throw new Error("no step of it builds one image with docker and pushes it to one repository");
  const tags = pushes.map((push) => push[2] ?? "latest").join("\n");
  const unread = [context, file, tags].find((each) => /`|\$(?!\{\{)|:\/\//.test(each ?? ""));
  if (unread) throw new Error(`"${unread}" of its docker build cannot become an input`);
  return { id: `${id}`, build: { context, ...(file && { dockerfile: file }) }, push: { repository, tags } };
}
