// SPDX-License-Identifier: Apache-2.0
// Builds the field app into build/webroot/app/, or with --tests its tests into build/fieldapp-test/.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const OUT = "build/webroot/app";
const shared = { bundle: true, format: "esm", target: "es2022", jsx: "automatic", jsxImportSource: "preact", logLevel: "warning" };

async function buildApp() {
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  await build({ ...shared, entryPoints: { app: "fieldapp/app.tsx" }, outdir: OUT, splitting: true, minify: true, chunkNames: "part-[hash]" });
  await build({ ...shared, entryPoints: { app: "fieldapp/app.css" }, outdir: OUT, minify: true });
  for (const file of ["index.html", "icon.svg", "manifest.webmanifest"]) cpSync(`fieldapp/${file}`, `${OUT}/${file}`);
  for (const language of ["bn", "hi"]) cpSync(`build/languages/${language}.json`, `${OUT}/${language}.json`);
  copyFonts();
  const files = readdirSync(OUT).sort();
  const version = createHash("sha256");
  for (const file of files) version.update(file).update(readFileSync(`${OUT}/${file}`));
  const shell = ["/app/", ...files.filter((file) => file !== "index.html").map((file) => `/app/${file}`)];
  const define = { SHELL_FILES: JSON.stringify(shell), SHELL_VERSION: JSON.stringify(version.digest("hex").slice(0, 12)) };
  await build({ ...shared, entryPoints: { sw: "fieldapp/sw.ts" }, outdir: OUT, minify: true, define, format: "iife" });
  const bytes = readdirSync(OUT).reduce((total, file) => total + gzipSync(readFileSync(`${OUT}/${file}`), { level: 9 }).length, 0);
  writeFileSync("build/shell.json", JSON.stringify({ gzipped_bytes: bytes }));
  console.log(`field app: ${(bytes / 1000).toFixed(1)} kB gzipped`);
}

/** Fonts for printed pages (the phone has its own). */
function copyFonts() {
  mkdirSync("build/fonts", { recursive: true });
  for (const [folder, name] of [["noto-sans", "NotoSans"], ["noto-sans-bengali", "NotoSansBengali"], ["noto-sans-devanagari", "NotoSansDevanagari"]]) {
    for (const weight of ["400Regular", "700Bold"]) {
      const file = `${name}_${weight}.ttf`;
      cpSync(`node_modules/@expo-google-fonts/${folder}/${weight}/${file}`, `build/fonts/${file}`);
    }
  }
}

async function buildTests() {
  rmSync("build/fieldapp-test", { recursive: true, force: true });
  const tests = readdirSync("fieldapp/test").filter((file) => file.endsWith(".test.ts")).map((file) => `fieldapp/test/${file}`);
  await build({ ...shared, entryPoints: tests, outdir: "build/fieldapp-test", platform: "node", outExtension: { ".js": ".mjs" }, external: ["node:*"] });
}

await (process.argv.includes("--tests") ? buildTests() : buildApp());
