import type { Step as ParsedStep } from "@actions/workflow-parser/model/workflow-template";
import type {
  BasicExpressionToken,
  MappingToken,
  StringToken,
} from "@actions/workflow-parser/templates/tokens/index";
import type { TemplateToken } from "@actions/workflow-parser/templates/tokens/template-token";
import type { Source } from "./sources.ts";
import { find, knowOnly, placeOf } from "./tokens.ts";
import type { Step } from "./workflow.ts";

const commonKeys = ["name", "id", "if", "env", "continue-on-error", "timeout-minutes"];
const scriptKeys = [...commonKeys, "run", "shell", "working-directory"];
const actionKeys = [...commonKeys, "uses", "with"];

/**
 * @param parsed what GitHub's parser makes of it: the generated id, and the condition with its `success()`
 * @param path name of the file, for messages
 * @param source of the file
 */
export function readStep(parsed: ParsedStep, token: MappingToken, path: string, source: Source): Step {
  const script = find(token, "run");
  knowOnly(token, path, "the step key", script ? scriptKeys : actionKeys);
  const common = {
    id: parsed.id,
    place: placeOf(token, path),
    name: find(token, "name"),
    condition: parsed.if as BasicExpressionToken,
    continueOnError: find(token, "continue-on-error"),
    timeoutMinutes: find(token, "timeout-minutes"),
    env: find(token, "env"),
  };
  if (script) {
    return {
      ...common,
      kind: "script",
      script,
      shell: find(token, "shell"),
      workingDirectory: find(token, "working-directory"),
    };
  }
  const uses = find(token, "uses") as StringToken;
  return {
    ...common,
    kind: "action",
    uses: uses.value,
    source,
    with: find(token, "with") as TemplateToken | undefined,
  };
}
