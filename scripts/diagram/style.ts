/** All text has a contrast of at least 4.5 to 1 on its background (WCAG 2.2, 1.4.3). */
export const light = {
  page: "#ffffff",
  card: "#ffffff",
  border: "#c4cbd3",
  text: "#16191f",
  quiet: "#545b64",
  line: "#5f6b7a",
  account: "#232f3e",
  vpc: "#6b3fd0",
  public: "#3a740b",
  "public-ground": "#f3f9ec",
  private: "#0b668c",
  "private-ground": "#eaf5fa",
  cluster: "#ad4d08",
};

export const dark: typeof light = {
  page: "#0d1117",
  card: "#161b22",
  border: "#3d444d",
  text: "#f0f6fc",
  quiet: "#9aa5b1",
  line: "#8b97a5",
  account: "#8b97a5",
  vpc: "#a586f0",
  public: "#7fbf4a",
  "public-ground": "#10190c",
  private: "#5cb3dc",
  "private-ground": "#0b1820",
  cluster: "#f0883e",
};

/** The picture's style sheet; its colours follow the reader's preference. */
export const style = `
svg { ${variables(light)} }
@media (prefers-color-scheme: dark) { svg { ${variables(dark)} } }
text { font-family: Arial, Helvetica, "Liberation Sans", sans-serif; fill: var(--text) }
.title { font-weight: bold }
.text { fill: var(--quiet) }
.page { fill: var(--page) }
.frame { fill: none; stroke: var(--quiet) }
.frame.account { stroke: var(--account); stroke-width: 1.5 }
.frame.area { stroke-dasharray: 5 4 }
.frame.vpc { stroke: var(--vpc); stroke-width: 1.5 }
.frame.public-subnets { stroke: var(--public); fill: var(--public-ground) }
.frame.private-subnets { stroke: var(--private); fill: var(--private-ground) }
.frame.cluster { stroke: var(--cluster); stroke-dasharray: 5 4 }
.frame.load-balancer { stroke: var(--vpc); stroke-dasharray: 5 4 }
.head.vpc .title, .head.load-balancer .title { fill: var(--vpc) }
.head.public-subnets .title { fill: var(--public) }
.head.private-subnets .title { fill: var(--private) }
.head.cluster .title { fill: var(--cluster) }
.head text, .label { paint-order: stroke; stroke: var(--ground); stroke-width: 5; stroke-linejoin: round }
.on-page { --ground: var(--page) }
.on-public-subnets { --ground: var(--public-ground) }
.on-private-subnets { --ground: var(--private-ground) }
.card > rect { fill: var(--card); stroke: var(--border) }
.icon path { fill: none; stroke: #fff; stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round }
.compute rect { fill: #d86613 }
.database rect { fill: #3b48cc }
.developer rect { fill: #3334b9 }
.integration rect { fill: #c7257f }
.management rect { fill: #b0084d }
.network rect { fill: #693bc5 }
.outside rect { fill: #545b64 }
.security rect { fill: #c7131f }
.storage rect { fill: #3f7d0c }
.line { fill: none; stroke: var(--line); stroke-width: 1.3 }
.dashed { stroke-dasharray: 5 4 }
.arrow { fill: var(--line) }
.label { text-anchor: middle; fill: var(--quiet) }
`;

function variables(colours: typeof light): string {
  return Object.entries(colours)
    .map(([name, colour]) => `--${name}: ${colour}`)
    .join("; ");
}
