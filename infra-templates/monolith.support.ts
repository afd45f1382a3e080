import { Unknown } from "@ecs-delivery/actions/cloudformation/values";
import { resourcesOf } from "./profiles.support.ts";

const server = resourcesOf("standard").find(({ logicalId }) => logicalId === "Server");
/** The monolith's user data, with NAME where the names of the database and the bucket are. */
export const script = textOf(server?.properties.UserData).replaceAll(/<[^>\n]*\/[^>\n]*>/g, "NAME");

/** The content that the script writes to a file. */
export function programOf(file: string): string {
  return new RegExp(`^cat > ${file} <<'EOF'\\n([\\s\\S]*?)^EOF$`, "m").exec(script)?.[1] ?? "";
}

function textOf(value: unknown): string {
  return value instanceof Unknown ? value.reason.replace(/^the text /, "") : String(value);
}
