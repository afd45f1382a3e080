import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readTemplates } from "../actions/shared/cloudformation/template.ts";
import { servicesOf } from "./services-of-templates.ts";

/** Prints the AWS services that infra-templates use, with the templates of each. */
const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), "infra-templates");
try {
  const services = servicesOf(readTemplates(folder));
  for (const [service, templates] of services) console.log(`${service.padEnd(20)}${templates.join(", ")}`);
  console.log(`${services.size} AWS services`);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
