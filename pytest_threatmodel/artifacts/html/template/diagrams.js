// Diagrams larger than their place: zoomed, scrolled, dragged.

// A diagram that is larger than its place is moved by dragging it, too; its links work only where nothing was dragged.
const draggable = (view) => {
  let last = null;
  let moved = 0;
  view.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse" && event.button === 0) [last, moved] = [event, 0];
  });
  addEventListener("pointermove", (event) => {
    if (!last) return;
    view.scrollBy(last.clientX - event.clientX, last.clientY - event.clientY);
    moved += Math.abs(last.clientX - event.clientX) + Math.abs(last.clientY - event.clientY);
    last = event;
  });
  addEventListener("pointerup", () => (last = null));
  view.addEventListener("dragstart", (event) => event.preventDefault());
  // The keyboard clicks, too, and drags nothing.
  view.addEventListener("click", (event) => event.detail && moved > 5 && event.preventDefault(), true);
};

const zoomable = (figure) => {
  const view = figure.querySelector(".view");
  const picture = view?.querySelector("svg");
  if (!picture?.viewBox.baseVal?.width) return;
  const { width, height } = picture.viewBox.baseVal;
  const output = figure.querySelector("output");
  const size = (scale) => {
    const centre = [view.scrollLeft + view.clientWidth / 2, view.scrollTop + view.clientHeight / 2];
    const grown = (scale * width) / picture.getBoundingClientRect().width;
    picture.style.maxWidth = "none";
    picture.style.width = `${scale * width}px`;
    picture.style.height = `${scale * height}px`;
    view.scrollTo(centre[0] * grown - view.clientWidth / 2, centre[1] * grown - view.clientHeight / 2);
    output.textContent = `${Math.round(scale * 100)} %`;
  };
  const fit = () => {
    picture.removeAttribute("style");
    output.textContent = "";
  };
  const now = () => picture.getBoundingClientRect().width / width;
  const by = (factor) => size(Math.min(8, Math.max(0.02, now() * factor)));
  const ways = { in: () => by(1.4), out: () => by(1 / 1.4), full: () => size(1), fit };
  const tools = figure.querySelector(".tools");
  tools.addEventListener("click", (event) => ways[event.target.dataset.zoom]?.());
  // Two fingers on a touchpad, or the wheel with Ctrl.
  const pinch = (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    by(event.deltaY < 0 ? 1.1 : 1 / 1.1);
  };
  view.addEventListener("wheel", pinch, { passive: false });
  tools.hidden = false;
  draggable(view);
};
