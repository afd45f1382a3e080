import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { planStack } from "@ecs-delivery/actions/cloudformation/plan-stacks";
import { type EvaluatedResource, evaluateResources } from "@ecs-delivery/actions/cloudformation/resources";
import { readTemplates } from "@ecs-delivery/actions/cloudformation/template";

export const folder = import.meta.dirname;
export const profiles = ["standard", "academy"] as const;
export type Profile = (typeof profiles)[number];
/** Parameter values by template name; a look-up is an object. */
export type ProfileValues = { readonly [template: string]: { readonly [parameter: string]: unknown } };

export const read = (file: string) => readFileSync(join(folder, file), "utf8");
/** An example value of the repository variable ADMIN_SOURCE_IPS. */
export const adminSourceIps = "192.0.2.7/32";

export const readProfile = (profile: Profile): ProfileValues =>
  JSON.parse(read(`parameters/${profile}.json`), (_, value) =>
    value?.variable === "ADMIN_SOURCE_IPS" ? adminSourceIps : value,
  );

/** Names of all templates, sorted. */
export const templateNames = readdirSync(folder)
  .flatMap((file) => (file.endsWith(".yaml") ? [file.slice(0, -".yaml".length)] : []))
  .sort();

/** Returns the resources that a profile's templates create, with `changes` of its parameters. Lookups stay texts. */
export function resourcesOf(profile: Profile, changes: ProfileValues = {}): EvaluatedResource[] {
  const given = readProfile(profile);
  const values = Object.fromEntries(
    Object.entries(given).map(([template, parameters]) => [
      template,
      Object.fromEntries(
        Object.entries({ ...parameters, ...changes[template] }).map(([name, value]) => [
          name,
          typeof value === "object" ? JSON.stringify(value) : value,
        ]),
      ),
    ]),
  );
  const templates = readTemplates(folder);
  const stacks = templates
    .filter(({ name }) => name in given)
    .map((template) => planStack(template, templates, values, "microservices"));
  return evaluateResources(stacks, "us-east-1");
}
