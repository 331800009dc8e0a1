import "./dossier.css";
import { h, icon, svg } from "../../core/dom";
import { t } from "../../core/text";
import { HEIGHT, layout, WIDTH, type Edge, type Node, type Placed } from "./layout";

interface Props {
  focus?: string;
  nodes: Node[];
  edges: Edge[];
}

/** What a document came from and what it led to, as a picture to walk through. */
export default function mount(element: HTMLElement, props: Props): void {
  const placed = layout(props.nodes, props.edges);
  const lines = props.edges.flatMap((edge) => line(placed.get(edge.from), placed.get(edge.to), edge));
  const boxes = [...placed.values()].map((node) => box(node, node.id === props.focus));
  const scene = svg("g", {}, ...lines, ...boxes);
  const arrow = svg("marker", { id: "dossier-arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" }, svg("path", { d: "M0 0 8 4 0 8Z", class: "dossier-arrow" }));
  const picture = svg("svg", { class: "dossier-picture" }, svg("defs", {}, arrow), scene) as SVGSVGElement;
  const view = new View(picture, scene as SVGGElement, [...placed.values()], props.focus ? placed.get(props.focus) : undefined);
  const button = (name: string, label: string, act: () => void) => h("button", { type: "button", class: "icon-button", "aria-label": label, click: act }, icon(name));
  element.replaceChildren(
    picture,
    h("div", { class: "dossier-tools" }, button("zoom-in", t("Larger"), () => view.zoom(1.25)), button("zoom-out", t("Smaller"), () => view.zoom(0.8)), button("zoom-reset", t("Show all"), () => view.fit())),
  );
  view.fit();
}

function line(from: Placed | undefined, to: Placed | undefined, edge: Edge): SVGElement[] {
  if (!from || !to) return [];
  const [x1, y1, x2, y2] = [from.x + WIDTH, from.y + HEIGHT / 2, to.x - 3, to.y + HEIGHT / 2];
  const bend = Math.max(28, (x2 - x1) / 2);
  const path = svg("path", { class: "dossier-line", d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`, "marker-end": "url(#dossier-arrow)" });
  if (!edge.label) return [path];
  return [path, svg("text", { class: "dossier-label", x: (x1 + x2) / 2, y: (y1 + y2) / 2 - 5, "text-anchor": "middle" }, edge.label)];
}

function box(node: Placed, focus: boolean): SVGElement {
  const cut = (text: string, length: number) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);
  const link = svg("a", { href: node.href, class: `dossier-node tone-${node.tone ?? "neutral"}${focus ? " is-focus" : ""}`, transform: `translate(${node.x} ${node.y})` });
  link.append(
    svg("rect", { width: WIDTH, height: HEIGHT, rx: 9 }),
    svg("rect", { class: "dossier-mark", x: 0, y: 12, width: 3.5, height: HEIGHT - 24, rx: 1.75 }),
    svg("text", { class: "dossier-kind", x: 14, y: 19 }, `${cut(node.kind, 20)} `),
    svg("text", { class: "dossier-state", x: WIDTH - 12, y: 19, "text-anchor": "end" }, `${cut(node.state ?? "", 14)} `),
    svg("text", { class: "dossier-number", x: 14, y: 38 }, cut(`${node.number}${node.title ? ` ${node.title}` : ""}`, 25), " "),
    svg("text", { class: "dossier-text", x: 14, y: 55 }, cut(node.text ?? "", 29)),
  );
  return link;
}

class View {
  private x = 0;
  private y = 0;
  private scale = 1;

  constructor(private readonly picture: SVGSVGElement, private readonly scene: SVGGElement, private readonly nodes: Placed[], private readonly focus?: Placed) {
    let start: { x: number; y: number } | null = null;
    let dragged = false;
    picture.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? 1.12 : 0.89, event.offsetX, event.offsetY);
    }, { passive: false });
    picture.addEventListener("pointerdown", (event) => {
      start = { x: event.clientX - this.x, y: event.clientY - this.y };
      dragged = false;
    });
    picture.addEventListener("pointermove", (event) => {
      if (!start || !event.buttons) return;
      const [x, y] = [event.clientX - start.x, event.clientY - start.y];
      if (Math.abs(x - this.x) + Math.abs(y - this.y) > 4) dragged = true;
      if (dragged) this.put(x, y, this.scale);
    });
    picture.addEventListener("click", (event) => dragged && event.preventDefault());
    picture.addEventListener("dragstart", (event) => event.preventDefault());
    scene.addEventListener("focusin", (event) => this.bringIn((event.target as Element).getBoundingClientRect()));
  }

  zoom(factor: number, x = this.picture.clientWidth / 2, y = this.picture.clientHeight / 2): void {
    const scale = Math.min(2, Math.max(0.25, this.scale * factor));
    const real = scale / this.scale;
    this.put(x - (x - this.x) * real, y - (y - this.y) * real, scale);
  }

  fit(): void {
    const width = Math.max(...this.nodes.map((node) => node.x)) + WIDTH;
    const height = Math.max(...this.nodes.map((node) => node.y)) + HEIGHT;
    const { clientWidth, clientHeight } = this.picture;
    const scale = Math.min(1.1, (clientWidth - 48) / width, (clientHeight - 48) / height);
    if (scale > 0.55 || !this.focus) return this.put((clientWidth - width * scale) / 2, (clientHeight - height * scale) / 2, Math.max(scale, 0.2));
    // Too much for one look: stay readable around the document in question.
    this.put(clientWidth / 2 - (this.focus.x + WIDTH / 2) * 0.8, clientHeight / 2 - (this.focus.y + HEIGHT / 2) * 0.8, 0.8);
  }

  private bringIn(box: DOMRect): void {
    const frame = this.picture.getBoundingClientRect();
    const over = (low: number, high: number, from: number, to: number) => (low < from + 12 ? from + 12 - low : high > to - 12 ? to - 12 - high : 0);
    const [x, y] = [over(box.left, box.right, frame.left, frame.right), over(box.top, box.bottom, frame.top, frame.bottom)];
    if (x || y) this.put(this.x + x, this.y + y, this.scale);
  }

  private put(x: number, y: number, scale: number): void {
    [this.x, this.y, this.scale] = [x, y, scale];
    this.scene.setAttribute("transform", `translate(${x} ${y}) scale(${scale})`);
  }
}
