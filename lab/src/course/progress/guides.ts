import { type GuideWay, type PhaseGuide, readGuide, type Step } from "../guide.ts";

export const languages = ["en", "fr"] as const;
export type Language = (typeof languages)[number];

/** The guide's pages in one way, and the commands of the CLI way, which do the same. */
export interface Guides {
  readonly way: GuideWay;
  readonly pages: Readonly<Record<Language, readonly PhaseGuide[]>>;
  readonly cli: Readonly<Record<Language, readonly PhaseGuide[]>>;
}

export async function readGuides(folder: string, way: GuideWay): Promise<Guides> {
  const read = async (way: GuideWay) => {
    const [en, fr] = await Promise.all(languages.map((language) => readGuide(folder, language, way)));
    return { en: en ?? [], fr: fr ?? [] };
  };
  return { way, pages: await read(way), cli: await read("cli") };
}

export const stepsOf = (phases: readonly PhaseGuide[]): Step[] => phases.flatMap(({ steps }) => steps);

/** Commands that do a step; those of the CLI way where its own way has none, as in the console. */
export function commandsOf({ pages, cli }: Guides, language: Language, id: string): readonly string[] {
  const in_ = (phases: readonly PhaseGuide[]) =>
    stepsOf(phases).find((step) => step.id === id)?.commands ?? [];
  const own = in_(pages[language]);
  return own.length > 0 ? own : in_(cli[language]);
}
