import { parseImageName } from "@ecs-delivery/actions/registry/image-name";
import type { Image } from "./image.ts";
import { DockerFailure } from "./registry.ts";

/** Parses the name of an image. Throws docker's error. */
export function parseReference(text: string) {
  const parsed = parseImageName(text);
  if (parsed) {
    const { repository, host, name, tag, digest } = parsed;
    const full = digest ? `${repository}@${digest}` : `${repository}:${tag}`;
    return { repository, host, name, version: digest ?? tag, full };
  }
  const isCase = parseImageName(text.toLowerCase()) !== undefined;
  const detail = isCase ? `: repository name (${text}) must be lowercase` : "";
  throw new DockerFailure(`invalid reference format${detail}`);
}

/** The images on one job's machine. */
export function createJobImages() {
  const images = new Map<string, Image>();
  /** By image id: the names by digest that a registry gave it. */
  const digests = new Map<string, Set<string>>();
  const find = (text: string): Image => {
    const id = text.replace("sha256:", "");
    const byId = [...images.values()].find((image) => id.length > 11 && image.id.slice(7).startsWith(id));
    const image = byId ?? images.get(parseReference(text).full);
    if (image) return image;
    throw new DockerFailure(`Error response from daemon: No such image: ${parseReference(text).full}`);
  };
  const tagsOf = ({ id }: Image) => [...images].flatMap(([full, other]) => (other.id === id ? [full] : []));
  return {
    /** Login at the simulated registry: user and password in base64. */
    login: undefined as string | undefined,
    /** Whether a step logged in to another registry, which a rehearsal leaves out. */
    hasOtherLogin: false,
    find,
    set: (text: string, image: Image) => void images.set(parseReference(text).full, image),

    /** Returns the tags of a repository, or one of them, as names with their images. */
    tagged(text: string, all: boolean): [string, Image][] {
      const { repository, full } = parseReference(text);
      const found = [...images].filter(([name]) => (all ? name.startsWith(`${repository}:`) : name === full));
      if (found.length > 0) return found;
      throw new DockerFailure(`An image does not exist locally with the tag: ${repository}`);
    },

    note(text: string, image: Image): void {
      const known = digests.get(image.id) ?? new Set();
      digests.set(image.id, known.add(`${parseReference(text).repository}@${image.digest}`));
    },

    /** Returns the fields of `docker inspect`. */
    async inspect(text: string) {
      const image = find(text);
      const config = JSON.parse(await new Blob([await image.blob(image.id)]).text());
      const RepoDigests = [...(digests.get(image.id) ?? [])];
      return { Id: image.id, RepoTags: tagsOf(image), RepoDigests, Config: config.config };
    },

    /** Returns the fields of `docker images`. */
    list: () =>
      [...images].map(([full, { id }]) => {
        const { repository, version } = parseReference(full);
        return { Repository: repository, Tag: version, ID: id.slice(7, 19) };
      }),
  };
}

/** Fills in the templates of `--format` that workflows use: `.Field`, `json .Field` and `index .Field 0`. */
export function format(template: string, value: object): string {
  const member = (from: unknown, name: string) => (from as Record<string, unknown> | undefined)?.[name];
  if (template === "json") return JSON.stringify(value);
  return template.replaceAll(/\{\{([^{}]*)\}\}/g, (all, text: string) => {
    const words = text.split(/[\s()]/).filter(Boolean);
    const [word = ""] = words;
    const [path = "", index] = word === "json" || word === "index" ? words.slice(1) : words;
    if (!path.startsWith("."))
      throw new DockerFailure(`The rehearsal's docker does not support the format ${all}`);
    const names = [...path.split("."), ...(index ? [index] : [])].filter(Boolean);
    const found = names.reduce(member, value as unknown);
    if (found === undefined) throw new DockerFailure(`template parsing error: ${all}: no such element`);
    return typeof found === "string" && word !== "json" ? found : JSON.stringify(found);
  });
}
