import { html } from "hono/html";
import { listPath, type Markup, page, type View } from "./layout.ts";

export function notFoundPage(view: View): Markup {
  const { texts } = view;
  return errorPage(view, texts.notFoundTitle, texts.notFound);
}

/** Explains a client's error, by status code. */
export function refusalPage(view: View, status: number): Markup {
  const { texts } = view;
  const sentences: Record<number, string> = {
    403: texts.foreignForm,
    413: texts.tooLarge,
    429: texts.tooManyWrites,
  };
  return errorPage(view, texts.badRequestTitle, sentences[status] ?? texts.badRequest);
}

/** The id of the request is also in the log; a visitor can quote it. */
export function databaseDownPage(view: View, requestId: string | undefined): Markup {
  const { texts } = view;
  const advice = withReference(view, texts.databaseDownAdvice, requestId);
  return errorPage(view, texts.databaseDownTitle, texts.databaseDown, advice);
}

export function failedPage(view: View, requestId: string | undefined): Markup {
  const { texts } = view;
  return errorPage(view, texts.failedTitle, texts.failed, withReference(view, texts.failedAdvice, requestId));
}

function withReference({ texts }: View, advice: string, requestId: string | undefined): Markup {
  return requestId
    ? html`${advice}<br>
${texts.reference} <code>${requestId}</code>`
    : html`${advice}`;
}

function errorPage(view: View, title: string, sentence: string, advice?: Markup): Markup {
  const content = html`<div class="message"><h1>${sentence}</h1>
${advice ? html`<p>${advice}</p>\n` : ""}<p><a class="button secondary" href="${listPath(view.site)}">${view.texts.listOfSuppliers}</a></p></div>`;
  return page(view, title, content);
}
