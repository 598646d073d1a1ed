/**
 * Builds the files that browsers load into chalicelib/static, the widget into its own folder: `node build.mjs`.
 *
 *   --check    write nothing; fail if the built files don't match the sources
 *   --release  this build is released: its files are kept until a year after the next release
 *
 * It fails when a file is larger than its limit.  Lazy modules are built first, because `widget.js` contains their names.
 */

import {createHash} from 'node:crypto'
import {existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {brotliCompressSync, gzipSync} from 'node:zlib'
import {build, transform} from 'esbuild'

const HERE = fileURLToPath(new URL('./', import.meta.url))
const SRC = `${HERE}widget/`
const STATIC = fileURLToPath(new URL('../chalicelib/static/', import.meta.url))
const OUT = `${STATIC}widget/`
const RELEASED = fileURLToPath(new URL('released.json', import.meta.url))
const MAX = {widget: 6_144, author: 6_144, count: 614} // bytes with gzip -9
const MAX_CONSOLE = 49_152 // bytes with gzip -9 of everything it loads, in its largest language
const PAGE = '../moderate' // the names of the console's files below OUT
const NOT_OURS = ['openapi.json'] // written by `afterword docs`
const LAZY = ['proof-of-work', 'features', 'author', 'reactions'] // modules that the widget loads when they are needed
/** Members of the widget's classes, which no page and no response knows: short in what is built.  Append only: see load(). */
const MEMBERS = [
  ...['postView', 'itemsById', 'currentAuthor', 'authorStorage', 'asText', 'i18n', 'sendRequest', 'announce', 'footer'],
  ...[
    'submission',
    'updateHeader',
    'ownComments',
    'errorMessage',
    'remainingHint',
    'notice',
    'persistent',
    'forgetButton',
  ],
  ...['sendButton', 'draftKey', 'ensureKey', 'explain', 'loadForm', 'asNumber', 'attempt', 'moreButton', 'newButton'],
  ...['addPage', 'decorate', 'fetchPage', 'guarded', 'insertionPoint', 'isPersistent', 'onReload', 'pageSize'],
  ...['parseComment', 'parseComments', 'postKey', 'quietly', 'refreshOwn', 'renderFirst', 'reveal', 'sanitize'],
  ...['sections', 'service', 'sortSelect', 'storageKey', 'submitEdit', 'submitNew', 'votes'],
]
/** A to Z, then A1 to Z1: no browser's names. */
const short = (index) => String.fromCharCode(65 + (index % 26)) + (Math.floor(index / 26) || '')
const SHORT_MEMBERS = {
  mangleProps: new RegExp(`^(${MEMBERS.join('|')})$`),
  mangleCache: Object.fromEntries(MEMBERS.map((name, index) => [name, short(index)])),
}
const TARGET = 'es2022'
const YEAR = 365 * 24 * 3_600_000 // milliseconds
const TODAY = new Date().toISOString().slice(0, 10)

/** CSS without white space; esbuild leaves some in custom properties, where it has no meaning either. */
async function minified(css) {
  const {code} = await transform(css, {loader: 'css', minify: true, target: TARGET, charset: 'utf8'})
  return code.trim().replace(/([,:]) /g, '$1')
}

/** The values in shared/tokens.css, by name. */
const tokens = Object.fromEntries(
  [...readFileSync(`${HERE}shared/tokens.css`, 'utf8').matchAll(/^ +(--[\w-]+): ([^;]+);/gm)].map(([, name, value]) => [
    name,
    value,
  ]),
)

/** A minified style sheet with the values of the tokens that it uses and does not set itself.  `unit` replaces their `rem`. */
async function styles(path, unit) {
  const source = readFileSync(path, 'utf8').replace(/^@import '[./]*shared\/tokens\.css';$/m, '')
  const value = (all, name) => (source.includes(`${name}:`) ? all : (tokens[name]?.replace(/rem\b/g, unit) ?? all))
  return minified(source.replace(/var\((--[\w-]+)\)/g, value))
}

const minifiedStyles = {
  name: 'minified styles',
  setup: ({onLoad}) =>
    onLoad({filter: /\.css$/}, async ({path}) => ({contents: await styles(path, 'em'), loader: 'text'})),
}

/** A lazy module takes from `widget.js` what that contains already. */
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

/** One module with everything it imports. */
async function bundled(name, define = {}, plugins = []) {
  const how = {bundle: true, minify: true, format: 'esm', target: TARGET, charset: 'utf8', legalComments: 'none'}
  const where = {entryPoints: [`${HERE}${name}.js`], write: false, plugins: [minifiedStyles, ...plugins]}
  const members = name.startsWith('widget/') && !name.endsWith('work') ? SHORT_MEMBERS : {}
  const {outputFiles} = await build({...how, ...where, ...members, define})
  return outputFiles[0].text
}

const digest = (text) => createHash('sha256').update(text).digest('hex').slice(0, 8)

/** All files, by their names below OUT. */
async function built() {
  const files = {}
  const modules = {}
  const sources = [SRC, `${HERE}shared/`].flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => /\.(js|css)$/.test(file))
      .map((file) => readFileSync(folder + file)),
  )
  const BUILD = JSON.stringify(`afterword ${digest(Buffer.concat(sources))}`)
  for (const name of LAZY) {
    const text = await bundled(`widget/${name}`, {BUILD}, [shared])
    modules[name] = digest(text)
    files[`assets/${name}.${modules[name]}.js`] = text
  }
  const languages = readdirSync(`${SRC}words`)
    .map((file) => file.replace('.json', ''))
    .filter((each) => each !== 'en')
  const catalogues = languages.map(
    (lang) => `${JSON.stringify(JSON.parse(readFileSync(`${SRC}words/${lang}.json`)))}\n`,
  )
  const hash = digest(catalogues.join('')) // one for all, because widget.js contains it
  languages.forEach((lang, index) => (files[`assets/${lang}.${hash}.json`] = catalogues[index]))
  const known = {MODULES: modules, LANGUAGES: ['en', ...languages], CATALOGUES: hash}
  const define = Object.fromEntries(Object.entries(known).map(([name, value]) => [name, JSON.stringify(value)]))
  files['widget.js'] = await bundled('widget/widget', {BUILD, ...define})
  files['count.js'] = await bundled('widget/count')
  Object.assign(files, await builtConsole(languages))
  for (const name of ['widget', 'count'])
    files[`assets/${name}.${digest(files[`${name}.js`])}.js`] = files[`${name}.js`]
  return files
}

/** The console's files, by their names below OUT; the page uses the same names. */
async function builtConsole(languages) {
  const json = (file) => `${JSON.stringify(JSON.parse(readFileSync(`${HERE}console/${file}`, 'utf8')))}\n`
  const words = languages.map((lang) => `<link rel="words" hreflang="${lang}" href="assets/moderate-${lang}.json">`)
  return {
    [`${PAGE}.html`]: page(readFileSync(`${HERE}console/index.html`, 'utf8'), words),
    [`${PAGE}.css`]: `${await styles(`${HERE}console/style.css`, 'rem')}\n`,
    [`${PAGE}.webmanifest`]: json('manifest.webmanifest'),
    [`${PAGE}.js`]: await bundled('console/main'),
    [`${PAGE}-worker.js`]: await bundled('console/worker'),
    ...Object.fromEntries(languages.map((lang) => [`${PAGE}-${lang}.json`, json(`words/${lang}.json`)])),
  }
}

/** The page with each run of white space reduced to one character. */
const page = (html, words) =>
  html
    .replace(/<!--.*?-->/gs, '')
    .replace(/\s*\/>/g, '>')
    .replace('</head>', `${words.join('')}</head>`)
    .replace(/\s+/g, ' ')
    .replace(/> </g, '>\n<')

/** The files of releases, each with the day until which it is kept; those of the last release have none. */
const released = () => JSON.parse(readFileSync(RELEASED, 'utf8'))

function release(files) {
  const until = new Date(Date.now() + YEAR).toISOString().slice(0, 10)
  const before = Object.entries(released()).map(([name, end]) => [name, end ?? until])
  const now = Object.keys(files)
    .filter((name) => name.startsWith('assets/'))
    .map((name) => [name, null])
  writeFileSync(RELEASED, `${JSON.stringify(Object.fromEntries([...before, ...now]), null, 2)}\n`)
}

/** The existing files. */
function there() {
  mkdirSync(`${OUT}assets`, {recursive: true})
  const files = readdirSync(OUT, {recursive: true, withFileTypes: true}).filter((each) => each.isFile())
  return files.map(({parentPath, path, name}) => `${parentPath ?? path}/${name}`.slice(OUT.length).replace(/^\//, ''))
}

/** Files that belong neither to this build nor to a release that is kept. */
function leftovers(files) {
  const isKept = (name) => name in files || released()[name] === null || released()[name] >= TODAY
  const beside = readdirSync(STATIC, {withFileTypes: true}).filter(
    (each) => each.isFile() && !NOT_OURS.includes(each.name),
  )
  return [...there(), ...beside.map(({name}) => `../${name}`)].filter((name) => !isKept(name))
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
  const [ofPage, ofWords] = [/^\.\.\/moderate[^/]*$/, /-[\w-]+\.json$/].map((pattern) => (name) => pattern.test(name))
  const bytes = (names) => names.map((name) => sizes(files[name])[1])
  const parts = Object.keys(files).filter(ofPage)
  const size =
    bytes(parts.filter((name) => !ofWords(name))).reduce((sum, each) => sum + each) +
    Math.max(...bytes(parts.filter(ofWords)))
  console.log('the console, in the largest language', size)
  const large = Object.keys(files).filter((name) => sizes(files[name])[1] > max(name))
  return [
    ...[...stale, ...leftovers(files)].map((name) => `${name} is not what the source gives: make widget`),
    ...(size > MAX_CONSOLE ? [`the console has more than ${MAX_CONSOLE} bytes`] : []),
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
