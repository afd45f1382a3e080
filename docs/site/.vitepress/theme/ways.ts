import { defineComponent, h, nextTick, onMounted, onUnmounted, type PropType, ref } from "vue";

/** Shows the section of one way of the course's guide. The reader's choice holds for all pages. */
export const Ways = defineComponent({
  props: {
    label: { type: String, required: true },
    headings: { type: Object as PropType<Record<string, string>>, required: true },
  },
  setup({ label, headings }, { slots }) {
    const names = Object.keys(headings);
    const chosen = ref(names[0]);
    const choose = (name: string) => {
      chosen.value = name;
      localStorage.setItem("way", name);
    };
    /** A link may lead into the section of another way, which becomes visible first. */
    const followHash = async () => {
      const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
      const panel = target?.closest<HTMLElement>("[data-way]");
      if (!target || !panel?.dataset.way) return;
      choose(panel.dataset.way);
      await nextTick();
      // VitePress scrolls in the next frame, to where the hidden target was.
      requestAnimationFrame(() => requestAnimationFrame(() => target.scrollIntoView()));
    };
    onMounted(() => {
      const stored = localStorage.getItem("way") ?? "";
      if (names.includes(stored)) chosen.value = stored;
      void followHash();
      addEventListener("hashchange", followHash);
    });
    onUnmounted(() => removeEventListener("hashchange", followHash));

    const moves: Record<string, (index: number) => number> = {
      ArrowLeft: (index) => index - 1,
      ArrowRight: (index) => (index + 1) % names.length,
      Home: () => 0,
      End: () => -1,
    };
    const move = (event: KeyboardEvent, index: number) => {
      const name = names.at(moves[event.key]?.(index) ?? Number.NaN);
      if (!name || !(event.key in moves)) return;
      event.preventDefault();
      choose(name);
      document.getElementById(`tab-${name}`)?.focus();
    };
    const tab = (name: string, index: number) =>
      h(
        "button",
        {
          ...{ role: "tab", type: "button", id: `tab-${name}`, "aria-controls": `way-${name}` },
          ...{ "aria-selected": chosen.value === name, tabindex: chosen.value === name ? 0 : -1 },
          onClick: () => choose(name),
          onKeydown: (event: KeyboardEvent) => move(event, index),
        },
        headings[name],
      );
    const panel = (name: string) =>
      h(
        "div",
        {
          ...{ role: "tabpanel", id: `way-${name}`, "data-way": name, "aria-labelledby": `tab-${name}` },
          hidden: chosen.value !== name,
        },
        slots[name]?.(),
      );
    return () =>
      h("div", { class: "ways" }, [
        h("div", { role: "tablist", "aria-label": label }, names.map(tab)),
        ...names.map(panel),
      ]);
  },
});
