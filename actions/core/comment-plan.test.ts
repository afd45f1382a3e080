import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { commentPlan } from "./comment-plan.ts";

/** The part of GitHub's REST API that comments need: https://docs.github.com/rest/issues/comments */
let server: Server;
let comments: { id: number; body: string }[];
let answers: number[];
const folder = useFolder();

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "", "http://github");
    const status = answers.shift() ?? 200;
    const reply = (content: unknown) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(content));
    };
    if (request.headers.authorization !== "Bearer token-1") return reply({ message: "Bad credentials" });
    if (status !== 200) return reply({ message: "Resource not accessible by integration" });
    const content = request.method === "GET" ? undefined : ((await json(request)) as { body: string });
    if (url.pathname === "/repos/o/r/issues/7/comments") {
      const page = Number(url.searchParams.get("page") ?? 1);
      if (!content) return reply(comments.slice((page - 1) * 100, page * 100));
      comments.push({ id: comments.length, ...content });
      return reply({});
    }
    const [, id] = /^\/repos\/o\/r\/issues\/comments\/(\d+)$/.exec(url.pathname) ?? [];
    Object.assign(comments.find((comment) => comment.id === Number(id)) ?? {}, content);
    return reply({});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => void server.close());
beforeEach(() => {
  comments = [];
  answers = [];
  const event = join(folder, "event.json");
  writeFileSync(event, JSON.stringify({ pull_request: { number: 7 } }));
  vi.stubEnv("GITHUB_EVENT_PATH", event);
  vi.stubEnv("GITHUB_REPOSITORY", "o/r");
  vi.stubEnv("GITHUB_API_URL", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterEach(() => vi.unstubAllEnvs());

async function comment(markdown: string, key = "plan of standard") {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const context = { log: { info: write, warning: write }, signal: new AbortController().signal };
  await commentPlan(context, "token-1", { key, markdown });
  return lines.join("\n");
}

test("keeps one comment of a plan up to date, next to other people's comments", async () => {
  comments = Array.from({ length: 130 }, (_, id) => ({ id, body: "Looks good" }));
  expect(await comment("first")).toContain("pull request #7 was created");
  expect(await comment("second")).toContain("was updated");
  expect(await comment("second")).toContain("was unchanged");
  expect(await comment("other", "plan of academy")).toContain("was created");
  expect(comments.slice(130).map(({ body }) => body)).toEqual([
    "<!-- plan of standard -->\nsecond",
    "<!-- plan of academy -->\nother",
  ]);
});

test("cuts a plan that is too long for a comment, and says where the rest is", async () => {
  await comment("x".repeat(70_000));
  expect(Buffer.byteLength(comments[0]?.body ?? "")).toBe(65_536);
  expect(comments[0]?.body).toMatch(/The rest is in the summary of this run\.$/);
  await comment(`### Plan\n\nfirst\n\n### Cost\n\n${"x".repeat(70_000)}`);
  expect(comments[0]?.body).toBe(
    "<!-- plan of standard -->\n### Plan\n\nfirst\n\n… The rest is in the summary of this run.",
  );
});

test("warns of a token that may not comment, and names the permission", async () => {
  answers = [200, 403];
  expect(await comment("plan")).toBe(
    "The plan is not on the pull request. GitHub rejected the comment: 403 Resource not accessible by integration. Next step: give the job `permissions: pull-requests: write`; runs for pull requests from forks never have it.",
  );
});

test("reports when GitHub cannot be reached, and when a run has no pull request", async () => {
  vi.stubEnv("GITHUB_API_URL", "http://127.0.0.1:1");
  expect(await comment("plan")).toContain("GitHub cannot be reached");
  writeFileSync(join(folder, "event.json"), JSON.stringify({ inputs: {} }));
  expect(await comment("plan")).toContain("not for a pull request");
});
