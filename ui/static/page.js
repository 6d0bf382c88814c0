// Citations open their evidence and light up with it: the drawing on the image, the edge of the graph, the source.
// Queries can be copied. One listener for the document, so that it also serves explanations that arrive later.
(() => {
  const findCard = (article, key) => article.querySelector(`[data-evidence="${key}"]`);

  // What lights up with a key: the sign and the facts that tie it, the finding and its place.
  const findKeys = (article, key) => {
    const card = findCard(article, key);
    const linked = card && card.dataset.lights ? card.dataset.lights.split(" ") : [];
    return new Set(key ? [key, ...linked] : []);
  };

  const toggle = (article, selector, on) => {
    for (const item of article.querySelectorAll(selector)) item.classList.toggle("chosen", on(item));
  };

  const lightUp = (article, key) => {
    const keys = findKeys(article, key);
    const card = key && findCard(article, key);
    const finding = card && /\b(finding|region)\b/.test(card.className) ? card.dataset.finding : "";
    article.dataset.selected = key;
    toggle(article, "[data-evidence-drawn]", (item) => keys.has(item.dataset.evidenceDrawn));
    toggle(article, ".edge[data-edge]", (item) => keys.has(item.dataset.edge));
    toggle(article, "a.cite[data-key]", (item) => keys.has(item.dataset.key));
    toggle(article, ".seen-box", (item) => Boolean(finding) && item.dataset.finding === finding);
    for (const item of article.querySelectorAll(".evidence")) item.classList.toggle("cited", item.dataset.evidence === key);
    const detail = { keys: [...keys], finding };
    article.dispatchEvent(new CustomEvent("thoracite:light", { bubbles: true, detail }));
  };

  const openEvidence = (article, key) => {
    const target = findCard(article, key);
    if (!target) return;
    const others = target.closest("details.others");
    if (others) others.open = true;
    target.open = true;
    lightUp(article, key);
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    target.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
    target.querySelector("summary").focus({ preventScroll: true });
  };

  const copy = async (button) => {
    const text = button.closest(".query").querySelector("code").textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      const range = document.createRange();
      range.selectNodeContents(button.closest(".query").querySelector("code"));
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      button.textContent = "Selected";
    }
    setTimeout(() => (button.textContent = "Copy"), 1500);
  };

  const lightDrawing = (event, on) => {
    const holder = event.target.closest && event.target.closest(".thoracite [data-key], .thoracite [data-evidence]");
    if (!holder) return;
    const article = holder.closest(".thoracite");
    for (const key of findKeys(article, holder.dataset.key || holder.dataset.evidence)) {
      article
        .querySelectorAll(`[data-evidence-drawn="${key}"]`)
        .forEach((drawing) => drawing.classList.toggle("lit", on));
    }
  };

  const light = (event, on) => {
    lightDrawing(event, on);
    const holder = event.target.closest && event.target.closest(".thoracite [data-finding]");
    if (!holder) return;
    const article = holder.closest(".thoracite");
    article
      .querySelectorAll(`.seen-box[data-finding="${CSS.escape(holder.dataset.finding)}"]`)
      .forEach((region) => region.classList.toggle("lit", on));
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest(".thoracite [data-key]");
    if (link) {
      event.preventDefault();
      openEvidence(link.closest(".thoracite"), link.dataset.key);
    }
    const button = event.target.closest && event.target.closest(".thoracite .copy");
    if (button) copy(button);
  });
  // The graph's picture, and parts that were drawn anew, ask for light.
  document.addEventListener("thoracite:open", (event) => openEvidence(event.target, event.detail.key));
  document.addEventListener("thoracite:parts", (event) => lightUp(event.target, event.target.dataset.selected || ""));
  document.addEventListener("mouseover", (event) => light(event, true));
  document.addEventListener("mouseout", (event) => light(event, false));
})();
