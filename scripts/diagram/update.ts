import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { diagramMermaid } from "../../actions/shared/diagram/mermaid.ts";
import { layOut } from "./layout.ts";
import { drawProfile } from "./profile.ts";
import { diagramSvg } from "./svg.ts";

/**
 * Draws `<profile>.svg` and `<profile>.mmd` into a folder, for each profile of a folder of templates; `isCheck` writes
 * nothing. Returns the files that differ, or did.
 */
export async function updateDiagrams(
  templatesFolder: string,
  picturesFolder: string,
  isCheck: boolean,
): Promise<string[]> {
  const stale: string[] = [];
  const update = (name: string, content: string) => {
    const file = join(picturesFolder, name);
    if (existsSync(file) && readFileSync(file, "utf8") === content) return;
    stale.push(file);
    if (isCheck) return;
    mkdirSync(picturesFolder, { recursive: true });
    writeFileSync(file, content);
  };
  for (const file of readdirSync(join(templatesFolder, "parameters"))) {
    const profile = file.replace(/\.json$/, "");
    const diagram = drawProfile(templatesFolder, profile);
    const title = `Architecture of the profile ${profile}, drawn from the templates`;
    update(`${profile}.svg`, diagramSvg(diagram, await layOut(diagram), title));
    update(`${profile}.mmd`, `${diagramMermaid(diagram)}\n`);
  }
  return stale;
}
