import type { Browser, BrowserContextOptions, ConsoleMessage, Page } from "playwright-core";

interface WatchedPageOptions extends BrowserContextOptions {
  /** Where all paths of the visited service begin; empty where it has the whole host. */
  readonly basePath: string;
  /**
   * Called for events that no page of ours may cause: scripts and dialogs that ran, violations of the content security
   * policy, errors in the console, requests outside the base path.
   */
  readonly onOffence: (offence: string) => void;
}

/**
 * Resolves when the page has all of its elements. A click waits only until the next page begins to load, which then has
 * some of its rows or messages, or none.
 */
export const waitUntilParsed = (page: Page) => page.waitForLoadState("domcontentloaded");

/** Opens a page in a separate browser profile. */
export async function openWatchedPage(browser: Browser, options: WatchedPageOptions): Promise<Page> {
  const { basePath, onOffence, ...contextOptions } = options;
  const context = await browser.newContext({ locale: "en-GB", ...contextOptions });
  await context.addInitScript(`addEventListener("securitypolicyviolation", (violation) =>
    console.error(violation.violatedDirective, "of the policy violated by", violation.blockedURI))`);
  const page = await context.newPage();
  page.on("dialog", async (dialog) => {
    onOffence(`opened a dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  page.on("pageerror", (error) => onOffence(`threw ${error}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !isExpected(message, page)) onOffence(`complained: ${message.text()}`);
  });
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (pathname !== basePath && !pathname.startsWith(`${basePath}/`))
      onOffence(`asked for ${request.url()}`);
  });
  return page;
}

/** A browser also complains about the status of the page itself, and about a header for HTTPS only. */
const isExpected = (message: ConsoleMessage, page: Page) =>
  (message.location().url === page.url() && message.text().startsWith("Failed to load resource")) ||
  message.text().startsWith("The Cross-Origin-Opener-Policy header has been ignored");
