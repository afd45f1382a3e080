import { type EnhanceAppContext, useData, useRoute } from "vitepress";
import DefaultTheme from "vitepress/theme";
import { nextTick, onMounted, watch } from "vue";
import "./style.css";
import { Ways } from "./ways.ts";

/** Draws the diagrams of a page; Mermaid is loaded by pages that have one. */
async function draw(isDark: boolean): Promise<void> {
  const diagrams = [...document.querySelectorAll<HTMLElement>("pre.mermaid")];
  if (diagrams.length === 0) return;
  const { default: mermaid } = await import("mermaid");
  mermaid.initialize({ startOnLoad: false, theme: isDark ? "dark" : "neutral" });
  for (const [index, diagram] of diagrams.entries()) {
    diagram.dataset.source ??= diagram.textContent ?? "";
    const { svg } = await mermaid.render(`diagram-${index}`, diagram.dataset.source);
    diagram.innerHTML = svg;
  }
}

export default {
  extends: DefaultTheme,
  enhanceApp: ({ app }: EnhanceAppContext) => app.component("Ways", Ways),
  setup() {
    const { isDark } = useData();
    const route = useRoute();
    onMounted(() => draw(isDark.value));
    watch([() => route.path, isDark], () => nextTick(() => draw(isDark.value)));
  },
};
