import { html } from "hono/html";
import { type Markup, page, type View } from "./layout.ts";

export function notFoundPage(view: View): Markup {
  return page(view, view.texts.notFoundTitle, html`<h1>${view.texts.notFound}</h1>`);
}

/** What the client did wrong, by status code. */
export function refusalPage(view: View, status: number): Markup {
  const { texts } = view;
  const sentences: Record<number, string> = {
    403: texts.foreignForm,
    413: texts.tooLarge,
    429: texts.tooManyWrites,
  };
  return page(view, texts.badRequestTitle, html`<h1>${sentences[status] ?? texts.badRequest}</h1>`);
}

export function databaseDownPage(view: View): Markup {
  const { texts } = view;
  const content = html`<h1>${texts.databaseDown}</h1>
<p>${texts.databaseDownAdvice}</p>`;
  return page(view, texts.databaseDownTitle, content);
}

export function failedPage(view: View): Markup {
  const { texts } = view;
  const content = html`<h1>${texts.failed}</h1>
<p>${texts.failedAdvice}</p>`;
  return page(view, texts.failedTitle, content);
}
