// Citations open their evidence, findings light up their region, queries can be copied.
// One listener for the document, so that it also serves explanations that arrive later.
(() => {
  const openEvidence = (link) => {
    const article = link.closest(".thoracite");
    const target = article && article.querySelector(`[data-evidence="${link.dataset.key}"]`);
    if (!target) return;
    article.querySelectorAll(".evidence.cited").forEach((item) => item.classList.remove("cited"));
    target.open = true;
    target.classList.add("cited");
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
    const key = holder.dataset.key || holder.dataset.evidence;
    holder
      .closest(".thoracite")
      .querySelectorAll(`[data-evidence-drawn="${key}"]`)
      .forEach((drawing) => drawing.classList.toggle("lit", on));
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
      openEvidence(link);
    }
    const button = event.target.closest && event.target.closest(".thoracite .copy");
    if (button) copy(button);
  });
  document.addEventListener("mouseover", (event) => light(event, true));
  document.addEventListener("mouseout", (event) => light(event, false));
})();
