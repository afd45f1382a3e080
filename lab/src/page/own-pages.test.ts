import { expect, it } from "vitest";
import * as pages from "../../../actions/core/console.ts";
import { renderMarkdown } from "./markdown.ts";
import { linkOwnPages } from "./own-pages.ts";

const arn = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:3";
const web = { cluster: "main", service: "web", deploymentId: "d-1" };
const service = pages.ecsPages(arn, web)[0]?.address;
const own = "/services/main/web";
const run = "https://github.com/octo/shop/actions/runs/1";

it.each([
  [service, own],
  [pages.deploymentPage(arn, web)[0]?.address, own],
  [pages.deploymentPage(arn, { ...web, deploymentId: "arn:aws:ecs:x" })[0]?.address, own],
  [pages.revisionPage("revision", arn)[0]?.address, own],
  [pages.alarmPage(arn, "slow & late")[0]?.address, own],
  [pages.stackPage("arn:aws:cloudformation:us-east-1:123456789012:stack/shop/1")[0]?.address, "/account"],
  [pages.pipelinePage("cn-north-1", "shop", "1"), "/runs"],
  [run.replace("octo", "rehearsal"), "/runs/1"],
  [run, run],
  ["https://github.com/rehearsal/shop/commit/abc", undefined],
  [pages.commitPage("us-east-1", "shop", "abc"), undefined],
  [pages.logGroupPage(arn, "web/log")[0]?.address, undefined],
  [pages.taskPage("arn:aws:ecs:us-east-1:123456789012:task/main/1", "main")[0]?.address, undefined],
  [pages.imagePage("123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1")[0]?.address, undefined],
  ["http://shop-1.us-east-1.elb.amazonaws.com/", undefined],
])("leads %s to %s", (address, page) => {
  const summary = `<details><summary>x · <a href="${address}">y</a></summary></details>\n\n[z](${service}) [y](${address})`;
  const links = linkOwnPages(renderMarkdown(summary)).matchAll(/<a(?: href="([^"]*)"[^>]*)?>y/g);
  expect(Array.from(links, ([, href]) => href)).toEqual([page, page]);
});
