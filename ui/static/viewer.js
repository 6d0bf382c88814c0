// The image: zoom, grey levels (level and width), drawings on and off, and saved as a PNG with what is drawn on it.
(() => {
  const views = new WeakMap();
  const viewOf = (viewer) => {
    if (!views.has(viewer)) views.set(viewer, { scale: 1, x: 0, y: 0 });
    return views.get(viewer);
  };

  const place = (viewer) => {
    const view = viewOf(viewer);
    const most = (view.scale - 1) / 2;
    view.x = Math.max(-most * viewer.clientWidth, Math.min(most * viewer.clientWidth, view.x));
    view.y = Math.max(-most * viewer.clientHeight, Math.min(most * viewer.clientHeight, view.y));
    viewer.querySelector(".stage").style.transform =
      view.scale === 1 ? "" : `translate(${view.x}px, ${view.y}px) scale(${view.scale})`;
    viewer.classList.toggle("zoomed", view.scale > 1);
  };

  const zoom = (viewer, how) => {
    const view = viewOf(viewer);
    const factor = { in: 1.4, out: 1 / 1.4 }[how];
    if (!factor) Object.assign(view, { scale: 1, x: 0, y: 0 });
    else {
      const scale = Math.max(1, Math.min(8, view.scale * factor));
      view.x *= scale / view.scale;
      view.y *= scale / view.scale;
      view.scale = scale;
    }
    place(viewer);
  };

  const move = (viewer, x, y) => {
    const view = viewOf(viewer);
    view.x += x;
    view.y += y;
    place(viewer);
  };

  // out = (in - (level - width / 2)) / width, or its opposite
  const setWindow = (figure) => {
    const read = (name) => figure.querySelector(`[data-window="${name}"]`);
    const level = Number(read("level").value);
    const width = Number(read("width").value);
    const inverted = read("invert").checked;
    const slope = (inverted ? -1 : 1) / width;
    const low = level - width / 2;
    const intercept = inverted ? 1 + low / width : -low / width;
    for (const part of figure.querySelectorAll("svg.filter feFuncR, svg.filter feFuncG, svg.filter feFuncB")) {
      part.setAttribute("slope", slope);
      part.setAttribute("intercept", intercept);
    }
    const plain = level === 0.5 && width === 1 && !inverted;
    const image = figure.querySelector(".viewer img");
    image.style.filter = plain ? "" : `url(#${figure.querySelector("svg.filter filter").id})`;
    image.dataset.slope = slope;
    image.dataset.intercept = intercept;
  };

  const resetWindow = (figure) => {
    figure.querySelector('[data-window="level"]').value = 0.5;
    figure.querySelector('[data-window="width"]').value = 1;
    figure.querySelector('[data-window="invert"]').checked = false;
    setWindow(figure);
  };

  const drag = (event) => {
    const viewer = event.target.closest && event.target.closest(".live .viewer.zoomed");
    if (!viewer || event.button) return;
    event.preventDefault();
    let [x, y] = [event.clientX, event.clientY];
    const follow = (moved) => {
      move(viewer, moved.clientX - x, moved.clientY - y);
      [x, y] = [moved.clientX, moved.clientY];
    };
    const stop = () => {
      removeEventListener("pointermove", follow);
      removeEventListener("pointerup", stop);
    };
    addEventListener("pointermove", follow);
    addEventListener("pointerup", stop);
  };

  const press = (event) => {
    const viewer = event.target.closest && event.target.closest(".live .viewer");
    if (!viewer || event.ctrlKey || event.metaKey || event.altKey) return;
    const steps = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] };
    const zooms = { "+": "in", "=": "in", "-": "out", 0: "reset" };
    if (zooms[event.key]) zoom(viewer, zooms[event.key]);
    else if (steps[event.key] && viewOf(viewer).scale > 1) move(viewer, ...steps[event.key]);
    else return;
    event.preventDefault();
  };

  // A copy of the drawings whose look is written into it, since a picture has no style sheet.
  const copyOverlay = (overlay, width, height) => {
    const copy = overlay.cloneNode(true);
    const looks = ["fill", "stroke", "stroke-width", "stroke-dasharray", "font-family", "font-weight", "paint-order", "display"];
    const [from, to] = [overlay, copy].map((svg) => [...svg.querySelectorAll("*")]);
    from.forEach((item, at) => {
      const style = getComputedStyle(item);
      for (const look of looks) to[at].style.setProperty(look, style.getPropertyValue(look));
    });
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    copy.setAttribute("width", width);
    copy.setAttribute("height", height);
    return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  };

  const load = (address) =>
    new Promise((done, failed) => {
      const image = new Image();
      image.onload = () => done(image);
      image.onerror = failed;
      image.src = address;
    });

  const savePicture = async (article) => {
    const shown = article.querySelector(".viewer img");
    const canvas = document.createElement("canvas");
    const [width, height] = [shown.naturalWidth, shown.naturalHeight];
    canvas.width = width;
    canvas.height = height + 26;
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#000";
    pen.fillRect(0, 0, width, height + 26);
    pen.drawImage(shown, 0, 0, width, height);
    if (shown.style.filter) {
      const pixels = pen.getImageData(0, 0, width, height);
      const [slope, intercept] = [Number(shown.dataset.slope), Number(shown.dataset.intercept) * 255];
      for (let at = 0; at < pixels.data.length; at += 1) if (at % 4 < 3) pixels.data[at] = pixels.data[at] * slope + intercept;
      pen.putImageData(pixels, 0, 0);
    }
    pen.drawImage(await load(copyOverlay(article.querySelector(".viewer svg"), width, height)), 0, 0, width, height);
    pen.fillStyle = "#fff";
    pen.font = "13px sans-serif";
    pen.fillText("Thoracite: research use only, not a medical device", 8, height + 18);
    return new Promise((done) => canvas.toBlob(done, "image/png"));
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest(".live .tools button");
    if (!button) return;
    const figure = button.closest("figure");
    if (button.dataset.zoom) zoom(figure.querySelector(".viewer"), button.dataset.zoom);
    if (button.dataset.window === "reset") resetWindow(figure);
  });
  document.addEventListener("input", (event) => {
    if (event.target.matches(".live .tools [data-window]")) setWindow(event.target.closest("figure"));
    const layer = event.target.matches(".live .tools [data-layer]") && event.target.dataset.layer;
    if (layer) event.target.closest("figure").classList.toggle(`no-${layer}`, !event.target.checked);
  });
  document.addEventListener("dblclick", (event) => {
    const viewer = event.target.closest && event.target.closest(".live .viewer");
    if (viewer) zoom(viewer, viewOf(viewer).scale > 1 ? "reset" : "in");
  });
  document.addEventListener("pointerdown", drag);
  document.addEventListener("keydown", press);
  window.thoracite = { ...window.thoracite, savePicture };
})();
