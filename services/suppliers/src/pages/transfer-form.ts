import { html } from "hono/html";
import { fieldNames } from "../domain/supplier.ts";
import { batchSize } from "../domain/supplier-queries.ts";
import type { Refusal } from "../transfer/import-refusal.ts";
import { fileField, uploadLimitBytes } from "../transfer/upload.ts";
import { importPath, listPath, type Markup, page, type View } from "./layout.ts";
import { transferTexts } from "./transfer-texts.ts";

const bytesPerMegabyte = 1024 * 1024;
export const limitText = ({ language }: View) =>
  `${uploadLimitBytes / bytesPerMegabyte} ${language === "fr" ? "Mo" : "MB"}`;

/** The form that takes the file, with what was wrong with the one before. */
export function importPage(view: View, refusal?: Refusal): Markup {
  const texts = transferTexts[view.language];
  const { site } = view;
  return page(
    view,
    view.texts.importSuppliers,
    html`<h1>${view.texts.importSuppliers}</h1>
${refusal ? html`<div class="notice" role="alert" data-refusal="${refusal.kind}"><p>${texts.nothingImported}</p><p>${texts.refusal(refusal, limitText(view))}</p></div>` : ""}
<p>${texts.purpose}</p>
<ul>
<li>${texts.columns(fieldNames.join(", "))}</li>
<li>${texts.format}</li>
<li>${texts.batches(batchSize, limitText(view))}</li>
</ul>
<figure><figcaption>${texts.example}</figcaption>
<pre tabindex="0">${example}</pre></figure>
<form class="supplier" method="post" action="${importPath(site)}" enctype="multipart/form-data">
<div class="field"><label for="file">${texts.file}</label>
<input id="file" name="${fileField}" type="file" accept=".csv,text/csv" required></div>
<div class="actions"><button>${texts.start}</button>
<a class="button secondary" href="${listPath(site)}">${view.texts.cancel}</a></div>
</form>`,
  );
}

const example = `name,address,city,state,email,phone
Bean There,"1 Harbour Road, 2nd floor",Lisbon,LX,orders@beanthere.example,+351 21 555 0100
"Café ""Le Matin""",5 rue des Lilas,Lyon,Rhône,bonjour@lematin.example,+33 4 72 00 00 00
`;
