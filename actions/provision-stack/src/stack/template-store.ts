import type { Template } from "../../../cloudformation/template.ts";
import { Failure } from "../../../core/failure.ts";

/** A template for CloudFormation: the text itself, or its address. */
type TemplateSource = { readonly TemplateBody: string } | { readonly TemplateURL: string };

export interface TemplateStore {
  /** Throws a Failure for a template that cannot be sent. */
  sourceOf(template: Template): Promise<TemplateSource>;
  /** Removes everything that was stored. */
  clear(): Promise<void>;
}

/** CloudFormation's quota "Template body size in a request". */
const largestBody = 51_200;

export function isTooLarge({ body }: Template): boolean {
  return Buffer.byteLength(body) > largestBody;
}

/** Sends every template in the request itself. */
export const inRequest: TemplateStore = {
  async sourceOf(template) {
    if (isTooLarge(template))
      throw new Failure(
        `${template.file} is larger than the ${largestBody} bytes that CloudFormation accepts in a request`,
        { nextStep: "set a bucket in input template-bucket, or split the template by lifecycle." },
      );
    return { TemplateBody: template.body };
  },
  clear: async () => {},
};
