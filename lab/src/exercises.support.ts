/** Changes that students make to a service's source in the course, each as a function from the text of `app.ts`. */
export const exercises = {
  "another heading": (text: string) => text.replace(/const heading = .*/, `const heading = 'Beans & "Tea"';`),
  "a light navigation": (text: string) => text.replace("navbar-dark bg-dark", "navbar-light bg-light"),
  "a fourth link": (text: string) =>
    text.replace(
      /(links: \[.*?)(\n {2}\],)/s,
      '$1\n    { label: { en: "Our beans", fr: "Nos grains" }, href: "/suppliers?by=name&search=bean" },$2',
    ),
} as const;

/** All of them in one fork. */
export function doExercises(text: string): string {
  return Object.values(exercises).reduce((source, exercise) => exercise(source), text);
}
