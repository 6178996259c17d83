// Transcripts of conversations over stdio: reading them, and holding what a server says against them.
//
// A transcript is a text file. Its first line is a comment that says what it shows; of the other lines
//   > text      is sent to the server as it is, with {{name}} replaced by what was caught under that name
//   < json      is the next message that the server sends. "…" stands for any value, a member "…" for any further
//               members, "{{name}}" for a string that is caught under that name, "{{=name}}" for the one that was
//   end         closes the server's input: what follows is said afterwards, and it ends with exit code 0
//   # text      is a comment
// What the server says beyond that is a failure, and so are messages in another order.
import { readFileSync } from 'node:fs';

const ANY = '…';

/** The steps of a transcript: { kind: 'send' | 'expect' | 'end', line, text }. */
export function readTranscript(file) {
  const steps = [];
  readFileSync(file, 'utf8').split('\n').forEach((text, index) => {
    const line = index + 1;
    if (text.startsWith('> ')) steps.push({ kind: 'send', line, text: text.slice(2) });
    else if (text.startsWith('< ')) steps.push({ kind: 'expect', line, text: text.slice(2) });
    else if (text === 'end') steps.push({ kind: 'end', line });
    else if (text !== '' && !text.startsWith('#')) throw new Error(`${file}:${line}: neither >, <, end nor #`);
  });
  return steps;
}

/** What is in the way of taking `given` for `wanted`, as a path and a sentence, or nothing. Catches names in `caught`. */
export function difference(wanted, given, caught, path = '') {
  const [, again, name] = (typeof wanted === 'string' && wanted.match(/^\{\{(=?)(\w+)\}\}$/)) || [];
  if (name && typeof given === 'string') {
    if (again) return given === caught[name] ? undefined : `${path} is ${given}, not ${caught[name]} as before`;
    caught[name] = given;
    return undefined;
  }
  if (wanted === ANY) return given === undefined ? `${path} is missing` : undefined;
  if (Array.isArray(wanted) && Array.isArray(given) && wanted.length === given.length)
    return firstOf(wanted.map((value, i) => () => difference(value, given[i], caught, `${path}[${i}]`)));
  if (isObject(wanted) && isObject(given)) {
    const more = Object.keys(given).filter((key) => !(key in wanted));
    if (more.length > 0 && !(ANY in wanted)) return `${path}.${more[0]} is not expected`;
    return firstOf(Object.keys(wanted).filter((key) => key !== ANY)
      .map((key) => () => difference(wanted[key], given[key], caught, `${path}.${key}`)));
  }
  return JSON.stringify(wanted) === JSON.stringify(given) ? undefined
    : `${path || 'the message'} is ${JSON.stringify(given)}, not ${JSON.stringify(wanted)}`;
}

/** The text of a line to send. */
export function filled(text, caught) {
  return text.replace(/\{\{(\w+)\}\}/g, (_, name) => {
    if (!(name in caught)) throw new Error(`nothing was caught as ${name}`);
    return caught[name];
  });
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

function firstOf(checks) {
  for (const check of checks) {
    const found = check();
    if (found) return found;
  }
  return undefined;
}
