import { type ServerResponse, STATUS_CODES } from "node:http";

/** Server name in an Application Load Balancer's own responses. */
const serverName = "awselb/2.0";

/** Wording of the load balancer's own pages, if it differs from the reason phrases of RFC 9110. */
const titles: Record<number, string> = {
  405: "Not Allowed",
  408: "Request Time-out",
  503: "Service Temporarily Unavailable",
  504: "Gateway Time-out",
};

function titleOf(status: number): string {
  return `${status} ${titles[status] ?? STATUS_CODES[status]}`;
}

export function errorPage(status: number): string {
  const title = titleOf(status);
  return [
    "<html>",
    `<head><title>${title}</title></head>`,
    "<body>",
    `<center><h1>${title}</h1></center>`,
    "</body>",
    "</html>",
    "",
  ].join("\r\n");
}

/** Responds with the load balancer's own page, or cuts the connection when a response has already begun. */
export function sendErrorPage(response: ServerResponse, status: number): void {
  if (response.headersSent) return void response.destroy();
  sendAnswer(response, { status, contentType: "text/html", body: errorPage(status) });
}

export interface Answer {
  readonly status: number;
  readonly contentType?: string;
  readonly body?: string;
  readonly location?: string;
}

export function sendAnswer(response: ServerResponse, answer: Answer): void {
  const body = Buffer.from(answer.body ?? "");
  const headers = ["Server", serverName, "Content-Length", String(body.length)];
  if (answer.contentType !== undefined) headers.push("Content-Type", answer.contentType);
  if (answer.location !== undefined) headers.push("Location", answer.location);
  // The rest of an incomplete body would be read as the next request.
  if (!response.req.complete) headers.push("Connection", "close");
  const [, reason] = splitTitle(titleOf(answer.status));
  response.writeHead(answer.status, reason, headers);
  response.end(body);
}

function splitTitle(title: string): [string, string] {
  return [title.slice(0, 3), title.slice(4)];
}

/** Returns the page as bytes on the wire, for a connection whose request could not be read. */
export function rawErrorPage(status: number): string {
  const page = errorPage(status);
  return [
    `HTTP/1.1 ${titleOf(status)}`,
    `Server: ${serverName}`,
    `Date: ${new Date().toUTCString()}`,
    "Content-Type: text/html",
    `Content-Length: ${page.length}`,
    "Connection: close",
    "",
    page,
  ].join("\r\n");
}
