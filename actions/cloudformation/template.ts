import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { type CollectionTag, parseDocument, type ScalarTag } from "yaml";
import { lineAndColumn } from "../core/data-file.ts";
import { Failure } from "../core/failure.ts";
import { isObject } from "../core/is-object.ts";

export interface Template {
  /** File name without extension, which is the last part of the stack's name. */
  readonly name: string;
  readonly file: string;
  readonly body: string;
  readonly parameters: { readonly [name: string]: { readonly default: string | undefined } };
  /** The parsed template, with short intrinsics in their long form. */
  readonly content: { readonly [section: string]: unknown };
}

/** A template with the name and the parameter values of its stack. */
export interface PlannedStack {
  readonly template: Template;
  readonly stackName: string;
  /** Values that differ from the template's defaults. */
  readonly parameters: ReadonlyMap<string, string>;
}

export function readTemplates(folder: string): Template[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new Failure(`Folder ${folder} does not exist (in ${process.cwd()})`, {
      nextStep: "check out the repository before this step, or correct the input templates.",
    });
  const files = readdirSync(folder)
    .filter((file) => /\.(ya?ml|json)$/.test(file))
    .sort();
  if (files.length === 0)
    throw new Failure(`Folder ${folder} does not contain a template`, {
      nextStep: "correct the input templates.",
    });
  return files.map((file) => readTemplate(join(folder, file), file.slice(0, -extname(file).length)));
}

function readTemplate(file: string, name: string): Template {
  return parseTemplate(readFileSync(file, "utf8"), file, name);
}

export function parseTemplate(body: string, file: string, name: string): Template {
  const document = parseDocument(body, { customTags: intrinsicTags, prettyErrors: false });
  const error = document.errors[0];
  if (error) {
    const { line, column } = lineAndColumn(body, error.pos[0]);
    throw new Failure(`${file}:${line}:${column} is not valid YAML: ${error.message}`, { cause: error });
  }
  const content: unknown = document.toJS();
  if (!isObject(content) || !isObject(content.Resources))
    throw new Failure(`${file} is not a CloudFormation template: it has no Resources`, {
      nextStep: "keep only templates in the folder.",
    });
  return { name, file, body, content, parameters: parametersOf(content.Parameters) };
}

function parametersOf(section: unknown): Template["parameters"] {
  const entries = Object.entries(isObject(section) ? section : {});
  return Object.fromEntries(
    entries.map(([name, parameter]) => {
      const value = isObject(parameter) ? parameter.Default : undefined;
      return [name, { default: value === undefined ? undefined : String(value) }];
    }),
  );
}

// Short forms from the intrinsic function reference.
const intrinsics = [
  "And Base64 Cidr Equals FindInMap GetAtt GetAZs If ImportValue Join Length Not Or Select Split Sub ToJsonString Transform",
]
  .join(" ")
  .split(" ");

export const intrinsicTags = [
  ...["Ref", "Condition"].flatMap((name) => tagsOf(name, name)),
  ...intrinsics.flatMap((name) => tagsOf(name, `Fn::${name}`)),
];

function tagsOf(short: string, long: string): (ScalarTag | CollectionTag)[] {
  const tag = `!${short}`;
  return [
    { tag, resolve: (text) => ({ [long]: text }) },
    { tag, collection: "seq", resolve: (list) => ({ [long]: list.toJSON() }) },
    { tag, collection: "map", resolve: (map) => ({ [long]: map.toJSON() }) },
  ];
}
