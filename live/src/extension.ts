import type { Hono } from "hono";
import type { Language } from "./language.ts";

/** Sets the part `<name>/<key>` of the page in every browser; undefined removes it. The value is plain JSON. */
export type Publish = (key: string, value: unknown) => void;

/**
 * A tab that another part of the project adds to the page. Its browser module exports `view(parts, context)`, which
 * returns sections (`{ key, html }`, one element each), and may export `connect(main, context)` for event handlers. The
 * server calls `view` as well, for browsers without JavaScript.
 */
export interface PageExtension {
  /** First segment of its addresses (`/<name>`) and of its parts. */
  readonly name: string;
  readonly title: Readonly<Record<Language, string>>;
  /** Folder with its browser modules and styles, served under `/x/<name>/`. */
  readonly folder: string;
  /** Browser module in the folder, such as `tab.mjs`. */
  readonly module: string;
  /** Style sheets in the folder. */
  readonly styles?: readonly string[];
  /** Whether it changes the account: the page then does not say that it only reads. */
  readonly operates?: boolean;
  /** Adds its own requests below `/<name>/`. */
  routes?(app: Hono): void;
  /** Called once, when the page starts. The page's end calls the returned function. */
  start?(publish: Publish): (() => void) | undefined;
}
