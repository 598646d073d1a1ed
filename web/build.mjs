/**
 * Builds the browser side, the widget into chalicelib/static/widget and the moderator's script beside it: `node build.mjs`.
 *
 *   --check    write nothing; fail if what is there is not what the source gives
 *   --release  this build goes out: its files stay until a year after the next release
 *
 * It fails when a file is larger than it may be.  Parts are built first, for `widget.js` holds their names.
 */

import {createHash} from 'node:crypto'
import {existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {brotliCompressSync, gzipSync} from 'node:zlib'
import {build, transform} from 'esbuild'

const HERE = fileURLToPath(new URL('./', import.meta.url))
const SRC = `${HERE}widget/`
const OUT = fileURLToPath(new URL('../chalicelib/static/widget/', import.meta.url))
const RELEASED = fileURLToPath(new URL('released.json', import.meta.url))
const MAX = {widget: 6_144, author: 6_144, count: 614, '../moderate': 40_960} // bytes with gzip -9
const PARTS = ['work', 'later', 'author', 'acts']
const TARGET = 'es2022'
const YEAR = 365 * 24 * 3_600_000 // milliseconds
const TODAY = new Date().toISOString().slice(0, 10)

const minifiedStyles = {
  name: 'minified styles',
  setup: ({onLoad}) =>
    onLoad({filter: /\.css$/}, async ({path}) => {
      const {code} = await transform(readFileSync(path, 'utf8'), {loader: 'css', minify: true, target: TARGET})
      return {contents: code.trim(), loader: 'text'}
    }),
}

/** In a part, what the reading bundle has already is taken from there: widget.js says what that is. */
const shared = {
  name: 'shared modules',
  setup: ({onLoad}) =>
    onLoad({filter: /\/(api|dom)\.js$/}, ({path}) => {
      const names = [...readFileSync(path, 'utf8').matchAll(/^export (?:async )?function (\w+)/gm)].map(
        ([, name]) => name,
      )
      const values = [...readFileSync(path, 'utf8').matchAll(/^export const .*/gm)].join('\n')
      return {contents: `${values}\nexport const {${names}} = globalThis[BUILD]`}
    }),
}

/** One module with all that it imports. */
async function bundled(name, define = {}, plugins = []) {
  const how = {bundle: true, minify: true, format: 'esm', target: TARGET, charset: 'utf8', legalComments: 'none'}
  const where = {entryPoints: [`${HERE}${name}.js`], write: false, plugins: [minifiedStyles, ...plugins]}
  const {outputFiles} = await build({...how, ...where, define})
  return outputFiles[0].text
}

const digest = (text) => createHash('sha256').update(text).digest('hex').slice(0, 8)

/** All files by their names below OUT. */
async function built() {
  const files = {}
  const parts = {}
  const sources = readdirSync(SRC)
    .filter((file) => /\.(js|css)$/.test(file))
    .map((file) => readFileSync(SRC + file))
  const BUILD = JSON.stringify(`afterword ${digest(Buffer.concat(sources))}`)
  for (const name of PARTS) {
    const text = await bundled(`widget/${name}`, {BUILD}, [shared])
    parts[name] = `${name}.${digest(text)}.js`
    files[`assets/${parts[name]}`] = text
  }
  const languages = readdirSync(`${SRC}words`)
    .map((file) => file.replace('.json', ''))
    .filter((each) => each !== 'en')
  const catalogues = languages.map(
    (lang) => `${JSON.stringify(JSON.parse(readFileSync(`${SRC}words/${lang}.json`)))}\n`,
  )
  const words = digest(catalogues.join('')) // one for all, for widget.js has to hold it
  languages.forEach((lang, index) => (files[`assets/${lang}.${words}.json`] = catalogues[index]))
  const known = {PARTS: parts, LANGUAGES: languages, WORDS: words}
  const define = Object.fromEntries(Object.entries(known).map(([name, value]) => [name, JSON.stringify(value)]))
  files['widget.js'] = await bundled('widget/widget', {BUILD, ...define})
  files['count.js'] = await bundled('widget/count')
  files['../moderate.js'] = await bundled('console/main')
  files['../moderate-worker.js'] = await bundled('console/worker')
  for (const lang of languages) {
    const words = JSON.parse(readFileSync(`${HERE}console/words/${lang}.json`))
    files[`../moderate-${lang}.json`] = `${JSON.stringify(words)}\n`
  }
  for (const name of ['widget', 'count'])
    files[`assets/${name}.${digest(files[`${name}.js`])}.js`] = files[`${name}.js`]
  return files
}

/** The files of releases, each with the day until which pages may ask for it; of the last release, with none. */
const released = () => JSON.parse(readFileSync(RELEASED, 'utf8'))

function release(files) {
  const until = new Date(Date.now() + YEAR).toISOString().slice(0, 10)
  const before = Object.entries(released()).map(([name, end]) => [name, end ?? until])
  const now = Object.keys(files)
    .filter((name) => name.startsWith('assets/'))
    .map((name) => [name, null])
  writeFileSync(RELEASED, `${JSON.stringify(Object.fromEntries([...before, ...now]), null, 2)}\n`)
}

/** What is there already. */
function there() {
  mkdirSync(`${OUT}assets`, {recursive: true})
  const files = readdirSync(OUT, {recursive: true, withFileTypes: true}).filter((each) => each.isFile())
  return files.map(({parentPath, path, name}) => `${parentPath ?? path}/${name}`.slice(OUT.length).replace(/^\//, ''))
}

/** What belongs neither to this build nor to a release that pages may still show. */
function leftovers(files) {
  const isKept = (name) => name in files || released()[name] === null || released()[name] >= TODAY
  return there().filter((name) => !isKept(name))
}

function write(files) {
  for (const name of leftovers(files)) rmSync(OUT + name)
  for (const [name, text] of Object.entries(files)) writeFileSync(OUT + name, text)
}

const sizes = (text) => [Buffer.byteLength(text), gzipSync(text, {level: 9}).length, brotliCompressSync(text).length]

function report(files) {
  console.log(`${'file'.padEnd(27)}     raw gzip -9  brotli  integrity`)
  for (const [name, text] of Object.entries(files)) {
    const sri = name.endsWith('.js') ? `sha384-${createHash('sha384').update(text).digest('base64')}` : ''
    console.log(name.padEnd(27), ...sizes(text).map((size) => String(size).padStart(7)), '', sri)
  }
}

function faults(files) {
  const stale = Object.keys(files).filter(
    (name) => !existsSync(OUT + name) || readFileSync(OUT + name, 'utf8') !== files[name],
  )
  const max = (name) => MAX[name.replace('assets/', '').replace(/\.[^/]*$/, '')] ?? Infinity
  const large = Object.keys(files).filter((name) => sizes(files[name])[1] > max(name))
  return [
    ...[...stale, ...leftovers(files)].map((name) => `${name} is not what the source gives: make widget`),
    ...large.map((name) => `${name} has more than ${max(name)} bytes`),
  ]
}

const files = await built()
if (process.argv.includes('--release')) release(files)
if (!process.argv.includes('--check')) write(files)
report(files)
for (const fault of faults(files)) {
  console.error(fault)
  process.exitCode = 1
}
