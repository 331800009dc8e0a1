declare module "idiomorph/dist/idiomorph.esm.js" { export const Idiomorph: { morph(from: Element, to: unknown, options: unknown): Node[] }; }
