// The cited facts as an interactive picture (Cytoscape.js); without it the drawing of the server stays.
(() => {
  const pictures = new WeakMap();

  const readColours = (holder) => {
    const style = getComputedStyle(holder.closest(".thoracite"));
    return (name) => style.getPropertyValue(`--${name}`).trim();
  };

  const makeStyle = (holder) => {
    const colour = readColours(holder);
    const text = { "font-family": "system-ui, sans-serif", color: colour("ink") };
    return [
      { selector: "node", style: { ...text, label: "data(label)", shape: "round-rectangle", width: 132, height: 34, "background-color": colour("panel"), "border-width": 1, "border-color": colour("line"), "font-size": 12, "text-wrap": "wrap", "text-max-width": 124, "text-valign": "center" } },
      { selector: "node[?seed]", style: { "background-color": colour("accent-soft"), "border-color": colour("accent") } },
      { selector: "edge", style: { ...text, label: "data(label)", width: 1.5, "line-color": colour("soft"), "curve-style": "bezier", "control-point-step-size": 46, "target-arrow-shape": "triangle", "target-arrow-color": colour("soft"), "font-size": 11, "text-margin-y": -7, "text-rotation": "autorotate", color: colour("accent") } },
      { selector: 'edge[stance = "against"]', style: { "line-style": "dashed", "line-color": colour("against"), "target-arrow-shape": "tee", "target-arrow-color": colour("against"), color: colour("against") } },
      { selector: "edge[?within]", style: { "curve-style": "unbundled-bezier", "control-point-distances": "data(bend)", "control-point-weights": 0.5, "edge-distances": "endpoints", "source-endpoint": "66px 0px", "target-endpoint": "66px 0px", "text-margin-x": 50, "text-margin-y": 4, "text-rotation": "none" } },
      { selector: "edge.chosen", style: { width: 5, "line-color": colour("accent"), "target-arrow-color": colour("accent"), "font-weight": "bold", "z-index": 9 } },
      { selector: "node.chosen", style: { "border-width": 3, "border-color": colour("accent") } },
    ];
  };

  const fit = (cy) => {
    cy.resize();
    cy.fit(undefined, 8);
    if (cy.zoom() > 1.15) {
      cy.zoom(1.15);
      cy.center();
    }
  };

  const draw = (holder) => {
    const { nodes, edges } = JSON.parse(holder.dataset.net);
    const heights = Object.fromEntries(nodes.map(({ id, y }) => [id, y]));
    const narrow = innerWidth < 700;
    const cy = cytoscape({
      container: holder.querySelector(".canvas"),
      elements: {
        nodes: nodes.map(({ x, y, ...data }) => ({ data, position: { x, y } })),
        edges: edges.map((data) => ({ data: { ...data, bend: heights[data.source] < heights[data.target] ? -60 : 60 } })),
      },
      layout: { name: "preset" },
      style: makeStyle(holder),
      userZoomingEnabled: false, // the wheel scrolls the page; buttons zoom
      userPanningEnabled: !narrow,
      autoungrabify: narrow,
      boxSelectionEnabled: false,
    });
    pictures.set(holder, cy);
    holder.classList.add("ready");
    fit(cy);
    cy.on("tap", "edge", (event) => {
      const article = holder.closest(".thoracite");
      article.dispatchEvent(new CustomEvent("thoracite:open", { bubbles: true, detail: { key: event.target.id() } }));
    });
    cy.on("mouseover", "edge", () => (cy.container().style.cursor = "pointer"));
    cy.on("mouseout", "edge", () => (cy.container().style.cursor = ""));
    const chosen = holder.closest(".thoracite").dataset.selected;
    if (chosen) holder.closest(".thoracite").dispatchEvent(new CustomEvent("thoracite:parts", { bubbles: true }));
  };

  const drawAll = () => {
    if (typeof cytoscape === "undefined") return;
    for (const holder of document.querySelectorAll(".thoracite .net[data-net]:not(.ready)")) {
      if (holder.dataset.net && holder.offsetWidth) draw(holder);
    }
  };

  // The whole graph as it stands, chosen or not, twice as large, with what its lines mean below it.
  const paint = async (holder) => {
    const colour = readColours(holder);
    const cy = pictures.get(holder);
    const graph = await createImageBitmap(await cy.png({ output: "blob-promise", full: true, scale: 2 }));
    const lines = ["Thoracite: research use only, not a medical device"];
    if (cy.edges('[stance = "against"]').nonempty()) lines.unshift("→ speaks for  ·  dashed, with a bar: against");
    const edge = 24;
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(graph.width, 640) + 2 * edge;
    canvas.height = graph.height + 3 * edge + 30 * lines.length;
    const pen = canvas.getContext("2d");
    pen.fillStyle = colour("panel");
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(graph, (canvas.width - graph.width) / 2, edge);
    pen.fillStyle = colour("ink");
    pen.font = "22px sans-serif";
    lines.forEach((line, at) => pen.fillText(line, edge, graph.height + 2 * edge + 30 * (at + 0.7)));
    return new Promise((done) => canvas.toBlob(done, "image/png"));
  };

  const download = (blob, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };
  window.thoracite = { ...window.thoracite, download };

  document.addEventListener("thoracite:light", (event) => {
    const holder = event.target.querySelector(".net.ready");
    const cy = holder && pictures.get(holder);
    if (!cy) return;
    cy.elements().removeClass("chosen");
    for (const key of event.detail.keys) {
      const edge = cy.getElementById(key);
      if (edge.nonempty() && edge.isEdge()) edge.addClass("chosen").connectedNodes().addClass("chosen");
    }
    if (event.detail.finding) cy.getElementById(event.detail.finding).addClass("chosen");
    holder.dataset.chosen = cy.edges(".chosen").map((edge) => edge.id()).join(" "); // what a canvas cannot tell
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest(".net [data-net-do]");
    if (!button) return;
    const holder = button.closest(".net");
    const cy = pictures.get(holder);
    if (!cy) return;
    const does = button.dataset.netDo;
    if (does === "fit") fit(cy);
    else if (does === "save") {
      const name = (holder.closest(".thoracite").dataset.name || "query").replace(/\.[a-z]+$/i, "");
      paint(holder).then((blob) => download(blob, `${name}_graph.png`));
    } else if (does === "large") {
      button.setAttribute("aria-pressed", holder.classList.toggle("large"));
      cy.resize();
      cy.fit(undefined, 24);
    } else cy.zoom({ level: cy.zoom() * (does === "in" ? 1.3 : 1 / 1.3), renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
  });
  document.addEventListener("keydown", (event) => {
    const large = event.key === "Escape" && document.querySelector(".net.large");
    if (large) large.querySelector('[data-net-do="large"]').click();
  });

  let waiting = 0;
  const soon = () => {
    if (waiting) return;
    waiting = requestAnimationFrame(() => {
      waiting = 0;
      drawAll();
    });
  };
  const start = () => {
    new MutationObserver(soon).observe(document.body, { childList: true, subtree: true });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      for (const holder of document.querySelectorAll(".net.ready")) pictures.get(holder).style(makeStyle(holder));
    });
    soon();
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start(); // Gradio lays this script into the page after it has loaded
})();
