import { readFileSync } from "node:fs";
import type { Card, Part } from "@ecs-delivery/actions/core/card";
import * as pages from "@ecs-delivery/actions/core/console";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { renderSummary } from "./summary.ts";

const card: Card = {
  ok: false,
  verdict: "web: tried <web:4>",
  cause: "It crashed",
  fix: "correct it.",
  production: "web:3 (unchanged)",
  notes: ["A note"],
  body: "**4** of 5",
  links: [{ text: "logs", address: "https://example.com/?a=1&b=2" }],
  folds: ["", { head: "More", parts: ["- one"] }],
};
const failed = '<span class="mark bad" role="img" aria-label="failure">✗</span>';
const link = '<a href="https://example.com/?a=1&#38;b=2" rel="noreferrer">logs</a>';

it("shows a card with cause, fix and production before what is folded", () => {
  expect(renderSummary([card]).replaceAll("\n", "")).toBe(
    `<h3>${failed} web: tried &#60;web:4&#62;</h3><p><strong>It crashed</strong></p><p><strong>Fix:</strong> correct it.</p>` +
      "<p><strong>Production now:</strong> web:3 (unchanged)</p><p>A note</p><p><strong>4</strong> of 5</p>" +
      `<p>${link}</p><details><summary>More</summary><ul><li>one</li></ul></details>`,
  );
});

it("folds the green card of a step that prepares another one, with its links outside of the head", () => {
  const line = renderSummary([{ ...card, ok: true, isLine: true }]);
  expect(line).toMatch(
    /^<details><summary><span class="mark good"[^>]*>✓<\/span> web: tried &#60;web:4&#62;<\/summary>/,
  );
  expect(line).toContain(`<p>${link}</p>`);
  expect(renderSummary([{ ...card, isLine: true }])).toContain(`<h3>${failed}`);
});

interface Drawn {
  readonly part: Part;
  readonly markup: string;
}
const cases = parse(readFileSync(new URL("summaries.yaml", import.meta.url), "utf8"));

it.each(Object.entries<Drawn>(cases.drawn))("draws %s", (_, { part, markup }) => {
  expect(renderSummary([part])).toContain(markup);
});

it.each(Object.entries<Part>(cases.hostile))(
  "shows %s without a script, style or foreign resource",
  (_, part) => {
    expect(renderSummary([part])).not.toMatch(/<script|style=|href="(?!https?:)/);
  },
);

const arn = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:3";
const web = { cluster: "main", service: "web", deploymentId: "d-1" };
const service = pages.ecsPages(arn, web)[0]?.address ?? "";
const page = "/services/main/web";
const run = "https://github.com/octo/shop/actions/runs/16801234567";

it.each([
  [service, page],
  [pages.deploymentPage(arn, web)[0]?.address, page],
  [pages.deploymentPage(arn, { ...web, deploymentId: "arn:aws:ecs:x" })[0]?.address, page],
  [pages.revisionPage("revision", arn)[0]?.address, page],
  [pages.alarmPage(arn, "slow & late")[0]?.address, page],
  [pages.stackPage("arn:aws:cloudformation:us-east-1:123456789012:stack/shop/1")[0]?.address, "/account"],
  [pages.pipelinePage("cn-north-1", "shop", "1"), "/account"],
  ["https://github.com/octo/shop/actions/runs/1", "/runs/1"],
  [run, run],
  ["https://github.com/rehearsal/shop/commit/abc", undefined],
  [pages.commitPage("us-east-1", "shop", "abc"), undefined],
  [pages.logGroupPage(arn, "web/log")[0]?.address, undefined],
  [pages.taskPage("arn:aws:ecs:us-east-1:123456789012:task/main/1", "main")[0]?.address, undefined],
  [pages.imagePage("123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1")[0]?.address, undefined],
  ["http://shop-1.us-east-1.elb.amazonaws.com/", undefined],
])("leads %s to %s, in cards and in Markdown", (address = "", target) => {
  const links = [
    { text: "y", address },
    { text: "z", address: service },
  ];
  const markup = renderSummary([{ ok: true, verdict: "x", links, body: `[y](${address})` }]);
  const found = markup.matchAll(/<a(?: href="([^"]*)"[^>]*)?>y/g);
  expect(Array.from(found, ([, href]) => href)).toEqual([target, target]);
});
