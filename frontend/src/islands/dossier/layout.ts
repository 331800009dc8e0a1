/** Places documents in columns, causes to the left of what they led to, with few crossings. */

export interface Node {
  id: string;
  kind: string;
  number: string;
  title?: string;
  text?: string;
  state?: string;
  tone?: string;
  href: string;
  layer?: number;
}

export interface Edge {
  from: string;
  to: string;
  label?: string;
}

export interface Placed extends Node {
  x: number;
  y: number;
}

export const WIDTH = 196;
export const HEIGHT = 66;
const GAP_X = 74;
const GAP_Y = 18;

export function layout(nodes: Node[], edges: Edge[]): Map<string, Placed> {
  const layers = byLayer(nodes, edges);
  for (let sweep = 0; sweep < 6; sweep += 1) order(layers, edges, sweep % 2 === 0);
  const tallest = Math.max(...layers.map((layer) => layer.length), 1);
  const placed = new Map<string, Placed>();
  layers.forEach((layer, column) => {
    const top = ((tallest - layer.length) * (HEIGHT + GAP_Y)) / 2;
    layer.forEach((node, row) => placed.set(node.id, { ...node, x: column * (WIDTH + GAP_X), y: top + row * (HEIGHT + GAP_Y) }));
  });
  return placed;
}

/** Longest path from a document without cause; a cycle is cut where it closes. */
function byLayer(nodes: Node[], edges: Edge[]): Node[][] {
  const causes = new Map<string, string[]>(nodes.map((node) => [node.id, []]));
  for (const edge of edges) if (causes.has(edge.from)) causes.get(edge.to)?.push(edge.from);
  const known = new Map<string, number>();
  const depth = (id: string, path: Set<string>): number => {
    if (known.has(id)) return known.get(id)!;
    if (path.has(id)) return 0;
    path.add(id);
    const layer = Math.max(0, ...causes.get(id)!.map((cause) => depth(cause, path) + 1));
    path.delete(id);
    known.set(id, layer);
    return layer;
  };
  const layers: Node[][] = [];
  for (const node of nodes) (layers[node.layer ?? depth(node.id, new Set())] ??= []).push(node);
  return [...layers].map((layer) => layer ?? []).filter((layer) => layer.length);
}

/** One pass: each document goes to the middle of its neighbours in the layer before (or after). */
function order(layers: Node[][], edges: Edge[], forward: boolean): void {
  const columns = forward ? layers.slice(1) : layers.slice(0, -1).reverse();
  for (const layer of columns) {
    const beside = layers[layers.indexOf(layer) + (forward ? -1 : 1)];
    const rows = new Map(beside.map((node, row) => [node.id, row]));
    const middle = new Map(
      layer.map((node, row) => {
        const near = edges.flatMap((edge) => (forward && edge.to === node.id ? [rows.get(edge.from)] : !forward && edge.from === node.id ? [rows.get(edge.to)] : [])).filter((one): one is number => one !== undefined);
        return [node.id, near.length ? near.reduce((sum, one) => sum + one, 0) / near.length : row];
      }),
    );
    layer.sort((a, b) => middle.get(a.id)! - middle.get(b.id)!);
  }
}
