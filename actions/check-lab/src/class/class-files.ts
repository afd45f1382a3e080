import { createHash } from "node:crypto";
import Papa from "papaparse";
import { oneLine } from "../../../core/plain-text.ts";
import { xml } from "../publish.ts";
import { type ClassTable, percentOf, type StudentRow } from "./class-table.ts";
import { describeGames } from "./clinic-games.ts";

const shownTime = (iso: string | undefined) => iso?.slice(0, 16).replace("T", " ") ?? "";

/** One line for each student, by RFC 4180. */
export function classCsv({ phases, students }: ClassTable): string {
  const head = [
    "student",
    ...phases.map((phase) => `phase ${phase} (%)`),
    "score (%)",
    "stuck on",
    "since",
    "checked",
    "account",
    "proof",
    "to check",
    "clinic",
  ];
  const lines = students.map((row) => [
    row.student,
    ...phases.map((phase) => `${percentOf(row, phase) ?? ""}`),
    `${row.report.score.percent}`,
    row.stuck ? `${row.stuck.id} ${row.stuck.title}` : "",
    shownTime(row.since),
    shownTime(row.report.checkedAt),
    row.report.account ?? "",
    row.proof,
    row.notes.join(", "),
    describeGames(row.games),
  ]);
  const quotes = (cell: string) => cell.includes(";");
  return `${Papa.unparse([head, ...lines.map((cells) => cells.map(csvCell))], { quotes })}\r\n`;
}

/**
 * A spreadsheet would run a text that begins as a formula does, also with wide signs, or after a semicolon, at which
 * the spreadsheets of some countries divide a line.
 */
function csvCell(text: string): string {
  return plain(text).replace(/(^|;)(?= ?[=+\-@＝＋－＠])/g, "$1'");
}

/** Makes a student's text one line, without characters that move a terminal's cursor or reverse the line. */
export function plain(text: string): string {
  return oneLine(text, 300);
}

const style = `
body { font: 15px/1.4 system-ui, sans-serif; margin: 1.5rem; color: #1b1f24; background: #fff; }
table { border-collapse: collapse; }
th, td { padding: .35rem .6rem; border: 1px solid #d0d7de; text-align: left; vertical-align: top; }
th { background: #f6f8fa; position: sticky; top: 0; }
td.number, td.time { white-space: nowrap; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
th[scope="row"] { max-width: 18rem; overflow-wrap: anywhere; }
.good { background: #dafbe1; } .part { background: #fff8c5; } .bad { background: #ffebe9; }
small { color: #59636e; display: block; }
`;
const styleHash = createHash("sha256").update(style).digest("base64");
/** Even if a text were not escaped, a browser would run no script of the page and load nothing. */
const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`;

/** One page without scripts or other files. */
export function classPage(table: ClassTable): string {
  const { phases, students, unread } = table;
  const head = [
    "student",
    "account",
    ...phases.map((phase) => `phase ${phase}`),
    "score",
    "stuck on",
    "since",
    "proof",
    "to check",
    "clinic",
  ];
  const reasons = unread.map(({ file, reason }) => `<li>${html(file)}: ${html(reason)}</li>`).join("");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Lab: ${students.length} students</title>
<style>${style}</style>
</head>
<body>
<h1>The lab, ${students.length} students</h1>
<table>
<thead><tr>${head.map((name) => `<th scope="col">${name}</th>`).join("")}</tr></thead>
<tbody>
${students.map((row) => rowHtml(row, phases)).join("\n")}
</tbody>
</table>
<h2>Stuck most often</h2>
<ul>${stuckMost(students)}</ul>
${reasons ? `<h2>Left out</h2>\n<ul>${reasons}</ul>\n` : ""}</body>
</html>
`;
}

function rowHtml(row: StudentRow, phases: readonly number[]): string {
  const percents = [...phases.map((phase) => percentOf(row, phase)), row.report.score.percent];
  const { stuck, since } = row;
  const place = stuck ? `${html(`${stuck.id} ${stuck.title}`)}<small>${html(stuck.evidence)}</small>` : "";
  return [
    `<tr><th scope="row">${html(row.student)}</th><td>${html(row.report.account ?? "")}</td>`,
    ...percents.map(percentHtml),
    `<td>${place}</td><td class="time">${html(shownTime(since))}</td>`,
    `<td>${html(row.proof)}</td><td>${html(row.notes.join(", "))}</td><td>${html(describeGames(row.games))}</td></tr>`,
  ].join("");
}

function percentHtml(percent: number | undefined): string {
  if (percent === undefined) return '<td class="number" title="not checked">–</td>';
  const colour = percent === 100 ? "good" : percent >= 50 ? "part" : "bad";
  return `<td class="number ${colour}">${percent} %</td>`;
}

function stuckMost(students: readonly StudentRow[]): string {
  const counts = Map.groupBy(students, ({ stuck }) => stuck && `${stuck.id} ${stuck.title}`);
  const ranked = [...counts].flatMap(([item, rows]) => (item === undefined ? [] : [{ item, rows }]));
  ranked.sort((one, other) => other.rows.length - one.rows.length || one.item.localeCompare(other.item));
  return ranked.map(({ item, rows }) => `<li>${rows.length} × ${html(item)}</li>`).join("");
}

const html = (text: string) => xml(plain(text));
