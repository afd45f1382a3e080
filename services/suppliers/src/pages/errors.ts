import { html } from "hono/html";
import { listPath, type Markup, page, type View } from "./layout.ts";

export function notFoundPage(view: View): Markup {
  const { texts } = view;
  return errorPage(view, texts.notFoundTitle, texts.notFound);
}

/** What the client did wrong, by status code. */
export function refusalPage(view: View, status: number): Markup {
  const { texts } = view;
  const sentences: Record<number, string> = {
    403: texts.foreignForm,
    413: texts.tooLarge,
    429: texts.tooManyWrites,
  };
  return errorPage(view, texts.badRequestTitle, sentences[status] ?? texts.badRequest);
}

export function databaseDownPage(view: View): Markup {
  const { texts } = view;
  return errorPage(view, texts.databaseDownTitle, texts.databaseDown, texts.databaseDownAdvice);
}

export function failedPage(view: View): Markup {
  const { texts } = view;
  return errorPage(view, texts.failedTitle, texts.failed, texts.failedAdvice);
}

function errorPage(view: View, title: string, sentence: string, advice?: string): Markup {
  const content = html`<div class="message"><h1>${sentence}</h1>
${advice ? html`<p>${advice}</p>\n` : ""}<p><a class="button secondary" href="${listPath(view.site)}">${view.texts.listOfSuppliers}</a></p></div>`;
  return page(view, title, content);
}
