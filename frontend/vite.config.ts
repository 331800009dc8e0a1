import { defineConfig } from "vite";

// Everything the browser loads is built into the web package, so that the installed product needs no Node.
export default defineConfig({
  base: "./",
  build: {
    outDir: "../src/mainspring/web/static/build",
    emptyOutDir: true,
    manifest: true,
    target: "es2022",
    chunkSizeWarningLimit: 700,
    rollupOptions: {
      input: ["src/main.ts", "src/form.ts", "src/icons.svg"],
    },
  },
  css: { preprocessorOptions: { scss: { loadPaths: ["node_modules"], quietDeps: true } } },
});
