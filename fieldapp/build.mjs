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
  const built = await build({
    ...shared, entryPoints: { app: "fieldapp/app.tsx" }, outdir: OUT, splitting: true, minify: true, chunkNames: "part-[hash]", metafile: true,
  });
  await build({ ...shared, entryPoints: { app: "fieldapp/app.css" }, outdir: OUT, minify: true });
  writeFileSync(`${OUT}/index.html`, withPreloads(readFileSync("fieldapp/index.html", "utf8"), built.metafile));
  for (const file of ["icon.svg", "manifest.webmanifest"]) cpSync(`fieldapp/${file}`, `${OUT}/${file}`);
  for (const language of ["bn", "hi"]) cpSync(`build/languages/${language}.json`, `${OUT}/${language}.json`);
  copyFonts();
  const files = readdirSync(OUT).sort();
  const version = createHash("sha256");
  for (const file of files) version.update(file).update(readFileSync(`${OUT}/${file}`));
  const shell = ["/app/", ...files.filter((file) => file !== "index.html").map((file) => `/app/${file}`)];
  const define = { SHELL_FILES: JSON.stringify(shell), SHELL_VERSION: JSON.stringify(version.digest("hex").slice(0, 12)) };
  await build({ ...shared, entryPoints: { sw: "fieldapp/sw.ts" }, outdir: OUT, minify: true, define, format: "iife" });
  // The shell is what the first screen needs; parts opened later and the other languages are fetched behind it.
  const later = [...laterParts(built.metafile), "hi.json"];
  const bytes = (names) => names.reduce((total, file) => total + gzipSync(readFileSync(`${OUT}/${file}`), { level: 9 }).length, 0);
  const all = readdirSync(OUT);
  const sizes = { gzipped_bytes: bytes(all.filter((file) => !later.includes(file))), later_bytes: bytes(later) };
  writeFileSync("build/shell.json", JSON.stringify(sizes));
  console.log(`field app: ${(sizes.gzipped_bytes / 1000).toFixed(1)} kB gzipped, and ${(sizes.later_bytes / 1000).toFixed(1)} kB after it`);
}

/** Tells the browser of the parts that app.js imports at once: one round trip less on a slow network. */
function withPreloads(page, metafile) {
  const links = neededParts(metafile).filter((file) => file !== "app.js").map((file) => `<link rel="modulepreload" href="/app/${file}">`);
  return page.replace("</head>", `${links.join("")}</head>`);
}

/** Files that only `import()` reaches. */
function laterParts(metafile) {
  const needed = neededParts(metafile);
  return Object.keys(metafile.outputs).map((file) => file.slice(OUT.length + 1)).filter((file) => !needed.includes(file));
}

/** Files that app.js imports at once, itself first. */
function neededParts({ outputs }) {
  const needed = new Set();
  const walk = (file) => {
    if (needed.has(file)) return;
    needed.add(file);
    for (const { path, kind } of outputs[file].imports) if (kind === "import-statement") walk(path);
  };
  walk(`${OUT}/app.js`);
  return [...needed].map((file) => file.slice(OUT.length + 1));
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
