import { expect, test } from "vitest";
import { markdownOf } from "../core/card.ts";
import { formatChange, formatQuantity, formatUnitPrice, formatUsd } from "./cost-line.ts";
import { estimateTemplate } from "./estimate.support.ts";
import { estimateCsv } from "./formats.ts";
import { estimateSummary } from "./markdown.ts";

const text = `
  Role: { Type: AWS::IAM::Role }
  Bucket: { Type: AWS::S3::Bucket }
  Gateway: { Type: AWS::EC2::NatGateway, Properties: { ConnectivityType: private } }
  Alarm: { Type: AWS::CloudWatch::Alarm }`;

test("shows total, chart, lines by service, free resources and the use in the summary", () => {
  const markdown = markdownOf(...estimateSummary(estimateTemplate(text)));
  expect(markdown).toContain("### Cost: $33.08 a month, $396.99 in 12 months");
  expect(markdown).toContain("List prices of us-east-1 of 2026-10-08, without tax");
  expect(markdown).toContain(
    '```mermaid\npie showData title US dollars a month\n  "Amazon VPC" : 33.08\n  "Amazon S3" : 0.01\n```',
  );
  expect(markdown).toContain(`| **Amazon VPC** |  |  |  | $33.08 | $396.90 |
| · NAT gateway | one/Gateway | 730 (730 h) | $0.045 / hour | $32.85 | $394.20 |
| · Data through a NAT gateway | one/Gateway | 5 (5 GB) | $0.045 / GB | $0.22 | $2.70 |
| **Amazon S3** |`);
  expect(markdown).toContain(
    "| · Alarms, for each metric | one/alarms | 1 (a month; 1 free) | $0.10 / alarm-month | $0.00 | $0.00 |",
  );
  expect(markdown).toContain("<details><summary>Free: 1 resource</summary>");
  expect(markdown).toContain("| one/Role | AWS::IAM::Role | IAM is free |");
  expect(markdown).toContain("| hours | 730 |");
});

test("draws no chart when nothing costs anything", () => {
  expect(
    markdownOf(...estimateSummary(estimateTemplate("\n  Role: { Type: AWS::IAM::Role }"))),
  ).not.toContain("mermaid");
});

test("writes CSV with the same number of cells in each row, and quotes cells with a comma", () => {
  const rows = estimateCsv(estimateTemplate(text)).trimEnd().split("\r\n");
  expect(rows[0]).toMatch(/^service,item,template,resource,quantity,free,unit,unit price \(USD\),/);
  expect(rows).toContain(
    'Amazon CloudWatch,"Alarms, for each metric",one,alarms,1,1,alarm-month,0.1,0,0,a month,2026-10-08,https://aws.amazon.com/cloudwatch/pricing/',
  );
  expect(rows).toContain("free,AWS::IAM::Role,one,Role,,,,,0,0,IAM is free,,");
  expect(rows.at(-1)).toBe("total,,,,,,,,33.0827,396.9924,,,");
  const cells = rows.map((row) => row.replace(/"[^"]*"/g, "").split(",").length);
  expect(new Set(cells)).toEqual(new Set([13]));
});

test.each<[(value: number) => string, number, string]>([
  [formatUsd, 1234.5, "$1,234.50"],
  [formatUsd, 0.004, "< $0.01"],
  [formatUsd, 0, "$0.00"],
  [formatChange, 3.65, "+$3.65"],
  [formatChange, -3.65, "−$3.65"],
  [formatChange, 0.001, "±$0.00"],
  [formatUnitPrice, 0.0000004, "$0.0000004"],
  [formatQuantity, 1460, "1,460"],
  [formatQuantity, 0.001, "< 0.01"],
])("formats %o of %d as %s", (format, value, expected) => {
  expect(format(value)).toBe(expected);
});
