import type { Card, Part } from "@ecs-delivery/actions/core/card";
import * as pages from "@ecs-delivery/actions/core/console";
import { expect, it } from "vitest";
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

it.each<[string, Part, string]>([
  [
    "lines from side to side",
    {
      ...{ title: "Traffic", x: { unit: "s", to: 6 }, y: { unit: "per cent", to: 100 } },
      series: [{ colour: "green", values: [0, 100, 100] }],
    },
    '<path stroke="#2da44e" d="M0.0 120.0L300.0 0.0L600.0 0.0"></path></svg><figcaption>Traffic (per cent: 0 to 100; s: 0 to 6)',
  ],
  [
    "bars, and a line through their middle",
    {
      ...{ title: "Rate", x: { unit: "tasks", to: [1, 2] }, y: { unit: "r", to: 10 } },
      series: [
        { colour: "green", kind: "bar", values: [5, 10] },
        { colour: "grey", values: [5, 10] },
      ],
    },
    '<rect x="60.0" y="60.0" width="180.0" height="60.0"></rect><rect x="360.0" y="0.0" width="180.0" height="120.0"></rect><path stroke="#8b949e" d="M150.0 60.0L450.0 0.0"></path></svg><figcaption>Rate (r: 0 to 10; tasks: 1, 2)',
  ],
  [
    "a pie as bars",
    {
      title: "US dollars a month",
      slices: [
        ["Amazon RDS", 10],
        ["AWS Fargate", 5],
      ],
    },
    '<th scope="row">AWS Fargate</th><td><svg class="bar" width="100%" height="8" aria-hidden="true"><rect class="only" height="8" width="50.0%"></rect></svg></td><td align="right">5.00</td>',
  ],
  [
    "an architecture as frames and cards",
    {
      frames: [{ id: "vpc", parent: undefined, title: "VPC <shop>" }],
      cards: [
        { id: "a", frame: "vpc", title: "Server & co", details: ["t3.micro"] },
        { id: "b", frame: undefined, title: "Visitors", details: [] },
      ],
      arrows: [{ from: "b", to: "a", label: "HTTP 80", isDashed: true }],
    },
    '<figure class="flow"><ul><li><b>Visitors</b><br><small>→ Server &#38; co (HTTP 80)</small></li></ul>' +
      "<div><p><b>VPC &#60;shop&#62;</b></p><ul><li><b>Server &#38; co</b><br><small>t3.micro</small></li></ul></div></figure>",
  ],
])("draws %s", (_, part, markup) => {
  expect(renderSummary([part])).toContain(markup);
});

const hostile = "<script>alert(1)</script>";
const own = { id: "a", title: hostile };
it.each<[string, unknown]>([
  [
    "a card",
    { ok: true, verdict: hostile, cause: hostile, links: [{ text: "x", address: "javascript:alert(1)" }] },
  ],
  ["a link to another host", { verdict: "x", links: [{ text: "x", address: "//evil.example" }] }],
  [
    "a chart",
    { title: hostile, x: { to: hostile }, y: { to: 1 }, series: [{ colour: hostile, values: [1] }] },
  ],
  ["a diagram in itself", { frames: [{ ...own, parent: "a" }, own], cards: [], arrows: [] }],
  ["what is not a part", [hostile]],
  ["nothing", null],
  ["a number", 5],
])("shows %s without a script, style or foreign resource", (_, part) => {
  const text = renderSummary([part as Part]);
  expect(text).not.toMatch(/<script|style=|href="(?!https?:)/);
});

const arn = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:3";
const web = { cluster: "main", service: "web", deploymentId: "d-1" };
const service = pages.ecsPages(arn, web)[0]?.address ?? "";
const page = "/services/main/web";
const run = "https://github.com/octo/shop/actions/runs/1";

it.each([
  [service, page],
  [pages.deploymentPage(arn, web)[0]?.address, page],
  [pages.deploymentPage(arn, { ...web, deploymentId: "arn:aws:ecs:x" })[0]?.address, page],
  [pages.revisionPage("revision", arn)[0]?.address, page],
  [pages.alarmPage(arn, "slow & late")[0]?.address, page],
  [pages.stackPage("arn:aws:cloudformation:us-east-1:123456789012:stack/shop/1")[0]?.address, "/account"],
  [pages.pipelinePage("cn-north-1", "shop", "1"), "/account"],
  [run.replace("octo", "rehearsal"), "/runs/1"],
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
