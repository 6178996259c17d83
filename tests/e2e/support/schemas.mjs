// The published JSON schemas of MCP, by protocol version, and what they call each message.
//
// They are not copied into this repository: the official conformance suite carries them (2025-03-26 and later).
// BASEKEEPER_MCP_SCHEMAS may name a folder with schema-VERSION.json files to use instead; 2024-11-05 is only there, and
// is otherwise held to 2025-03-26, which added only what may be left out.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';

import { Ajv, Ajv2020, addFormats, conformanceSuite } from '../../npm/mcp_clients.mjs';

export const MODERN = '2026-07-28';
export const LEGACY = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'];

/** The object literal that starts at `from` in a minified program; it holds nothing but data. */
function literalAt(program, from) {
  let depth = 0;
  for (let i = from; i < program.length; i++) {
    const c = program[i];
    if (c === '`' || c === '"' || c === "'") {
      for (i++; program[i] !== c; i++) if (program[i] === '\\') i++;
    } else if (c === '{') depth++;
    else if (c === '}' && --depth === 0) return runInNewContext(`(${program.slice(from, i + 1)})`);
  }
  throw new Error('a literal of the conformance suite does not end');
}

/** The schemas that the conformance suite has for its own check `wire-schema-valid`. */
function schemasOfSuite() {
  const program = readFileSync(conformanceSuite, 'utf8');
  const table = program.match(/\{("\d{4}-\d\d-\d\d":[\w$]+,)+\[[\w$]+\]:[\w$]+\}/)?.[0];
  if (!table) throw new Error('the conformance suite has no table of schemas any more: see its dist/index.js');
  const names = [...table.matchAll(/(?:"([\d-]+)"|\[[\w$]+\]):([\w$]+)/g)];
  return Object.fromEntries(names.map(([, version, name]) => {
    const from = program.indexOf(`${name}={$schema:`);
    if (from < 0) throw new Error(`the conformance suite has no schema of ${version ?? MODERN} any more`);
    return [version ?? MODERN, literalAt(program, from + name.length + 1)];
  }));
}

function schemaOf(version) {
  const folder = process.env.BASEKEEPER_MCP_SCHEMAS;
  const file = folder && join(folder, `schema-${version}.json`);
  if (file && existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  const all = schemasOfSuite();
  return all[version] ?? all[version === '2024-11-05' ? '2025-03-26' : MODERN];
}

// Known errata: numbers in forms are integers in two versions (the TypeScript sources say number), and JSONValue lacks
// null and fractions in the newest.
function corrected(schema, definitions) {
  for (const key of ['minimum', 'maximum', 'default']) {
    const property = definitions.NumberSchema?.properties?.[key];
    if (property?.type === 'integer') property.type = 'number';
  }
  if (definitions.JSONValue) delete definitions.JSONValue.type;
  return schema;
}

/** The code of a definition of one error, such as UnsupportedProtocolVersionError. */
const codeOf = (definition) => definition.properties?.error?.allOf
  ?.map((part) => part.properties?.code?.const).find((code) => code !== undefined);

class Schema {
  #ajv;
  #key;

  constructor(version) {
    const schema = structuredClone(schemaOf(version));
    this.version = version;
    this.#key = schema.$defs ? '$defs' : 'definitions';
    this.definitions = schema[this.#key];
    this.#ajv = new (schema.$defs ? Ajv2020 : Ajv)({ strict: false, allErrors: true });
    addFormats(this.#ajv);
    this.#ajv.addFormat('byte', true);
    this.#ajv.addSchema({ ...corrected(schema, this.definitions), $id: 'mcp' });
    // Unions hold the same names as their members do.
    const single = Object.entries(this.definitions).filter(([name]) => !/^(Client|Server)(Request|Notification|Result|Message)$/.test(name));
    this.methods = new Map(single.map(([name, d]) => [d.properties?.method?.const, name]).filter(([method]) => method));
    this.errors = new Map(single.map(([name, d]) => [codeOf(d), name]).filter(([code]) => code));
  }

  has(name) { return name in this.definitions; }

  /** Nothing when `value` is a valid `name`, else what is wrong. */
  complaint(name, value) {
    const validate = this.#ajv.getSchema(`mcp#/${this.#key}/${name}`);
    return validate(value) ? undefined : this.#ajv.errorsText(validate.errors);
  }

  /** The definition of the result of a method, or the one that all results share. */
  resultOf(method, result) {
    if (result?.resultType === 'input_required') return 'InputRequiredResult';
    if (result?.resultType === 'task') return 'Result'; // of an extension, whose schema is elsewhere
    if (result?.task && method === 'tools/call') return 'CreateTaskResult';
    const request = this.methods.get(method);
    const name = request?.replace(/Request$/, 'Result');
    return name && this.has(name) ? name : 'Result';
  }
}

const schemas = new Map();

export function schemaFor(version) {
  if (!schemas.has(version)) schemas.set(version, new Schema(version));
  return schemas.get(version);
}
