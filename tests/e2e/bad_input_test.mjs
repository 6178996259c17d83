// Whatever arrives on stdin is answered with an error or ignored; the server stays and its memory is bounded.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { failed, succeeded } from './support/answers.mjs';
import { growthMib } from './support/memory.mjs';
import { Workspace } from './support/workspace.mjs';

let work;
let server;
before(async () => {
  work = new Workspace();
  await work.up('dev');
});
after(() => work?.remove());
beforeEach(async () => {
  server = work.serve();
  await server.initialize('2025-11-25');
});
afterEach(async () => {
  // Every test leaves a server that still answers and ends when its input does.
  assert.deepEqual((await server.request('ping')).result, {});
  const { code, signal } = await server.stop();
  assert.deepEqual([code, signal], [0, null], server.stderr);
});

async function answerTo(bytes) {
  const answer = server.next((m) => m.method === undefined && m.error !== undefined);
  await server.sendBytes(bytes);
  return answer;
}

const broken = [
  ['a word', 'hello\n', -32700],
  ['half a message', '{"jsonrpc":"2.0","id":5,\n', -32700],
  ['text after the message', '{"jsonrpc":"2.0","id":5,"method":"ping"} x\n', -32700],
  ['a byte order mark within', '{"jsonrpc":\ufeff"2.0","id":5,"method":"ping"}\n', -32700],
  ['bytes that are not UTF-8', Buffer.from([...Buffer.from('{"jsonrpc":"2.0","id":5,"method":"'), 0xff, 0xfe, ...Buffer.from('"}\n')]), -32700],
  ['an overlong UTF-8 sequence', Buffer.from([...Buffer.from('{"jsonrpc":"2.0","id":5,"method":"'), 0xc0, 0x80, ...Buffer.from('"}\n')]), -32700],
  ['a NUL in a string', '{"jsonrpc":"2.0","id":5,"method":"pi\0ng"}\n', -32700],
  ['NULs instead of a message', '\0\0\0\0\n', -32700],
  ['half a surrogate pair', '{"jsonrpc":"2.0","id":5,"method":"\\ud800"}\n', -32700],
  ['100,000 open brackets', `{"jsonrpc":"2.0","id":5,"method":"ping","params":${'['.repeat(100_000)}\n`, -32700],
  ['100,000 nested objects', `{"jsonrpc":"2.0","id":5,"method":"ping","params":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}\n`, -32700],
  ['a number', '42\n', -32600],
  ['an empty batch', '[]\n', -32600],
  ['a batch where there are none', '[{"jsonrpc":"2.0","id":5,"method":"ping"}]\n', -32600],
  ['no version', '{"id":5,"method":"ping"}\n', -32600],
  ['id null', '{"jsonrpc":"2.0","id":null,"method":"ping"}\n', -32600],
  ['id with a fraction', '{"jsonrpc":"2.0","id":1.5,"method":"ping"}\n', -32600],
  ['id an object', '{"jsonrpc":"2.0","id":{},"method":"ping"}\n', -32600],
  ['a method that is a number', '{"jsonrpc":"2.0","id":5,"method":7}\n', -32600],
  ['an unknown method', '{"jsonrpc":"2.0","id":5,"method":"no/such"}\n', -32601],
  ['tools/call without a name', '{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{}}\n', -32602],
  ['tools/call with arguments in a list', '{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"execute_sql","arguments":[]}}\n', -32602],
  ['an unknown tool', '{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"x"}}\n', -32602],
  ['a cursor that nobody gave', '{"jsonrpc":"2.0","id":5,"method":"tools/list","params":{"cursor":"!!"}}\n', -32602],
];
for (const [what, bytes, code] of broken)
  test(`${what}: error ${code}`, async () => {
    const { error } = await answerTo(bytes);
    assert.equal(error.code, code, error.message);
    assert.ok(error.message.length > 5);
  });

test('what needs no answer gets none', async () => {
  for (const line of ['\n', ' \r\n', '{"jsonrpc":"2.0","method":"notifications/none"}\n', '{"jsonrpc":"2.0","method":"ping"}\n',
    '{"jsonrpc":"2.0","id":99,"result":{}}\n', '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":77}}\n',
    '{"jsonrpc":"2.0","method":"notifications/cancelled","params":7}\n'])
    await server.sendBytes(line);
  const seen = [];
  server.takeBytes = (chunk) => seen.push(chunk.toString());
  await server.sendBytes('{"jsonrpc":"2.0","id":"last","method":"ping"}\n');
  for (let i = 0; i < 200 && seen.length === 0; i++) await new Promise((r) => setTimeout(r, 10));
  server.takeBytes = undefined;
  assert.equal(seen.join(''), '{"jsonrpc":"2.0","id":"last","result":{}}\n');
});

test('lines may end with CR LF and hold any white space of JSON', async () => {
  const answer = server.next((m) => m.id === 'crlf');
  await server.sendBytes('  {"jsonrpc" : "2.0",\t"id":"crlf", "method":"ping" } \r\n');
  assert.deepEqual((await answer).result, {});
});

test('a line of 100 MB is refused in bounded memory', { timeout: 60_000 }, async () => {
  await server.call('list_instances');
  let refused;
  const grown = await growthMib(server.pid, async () => {
    const answer = server.next((m) => m.error !== undefined, 50_000);
    const megabyte = Buffer.alloc(1 << 20, 'a');
    await server.sendBytes('{"jsonrpc":"2.0","id":1,"method":"');
    for (let i = 0; i < 100; i++) await server.sendBytes(megabyte);
    await server.sendBytes('"}\n');
    refused = await answer;
  });
  assert.ok([-32700, -32600].includes(refused.error.code), JSON.stringify(refused));
  assert.ok(grown < 16, `grew by ${grown.toFixed(1)} MiB`);
});

test('a hundred thousand broken lines do not pile up', { timeout: 60_000 }, async () => {
  const grown = await growthMib(server.pid, async () => {
    let errors = 0;
    const done = new Promise((resolve) => {
      server.next((m) => m.error !== undefined && ++errors === 100_000, 50_000).then(resolve, resolve);
    });
    const lines = Buffer.from('{"broken\n'.repeat(1_000));
    for (let i = 0; i < 100; i++) await server.sendBytes(lines);
    await done;
    assert.equal(errors, 100_000);
  });
  assert.ok(grown < 16, `grew by ${grown.toFixed(1)} MiB`);
});

const refusedArguments = [
  ['an unknown argument', { query: 'select 1', colour: 'red' }, /colour/],
  ['a missing argument', {}, /query/],
  ['a number for a text', { query: 7 }, /query[\s\S]*string/],
  ['a text for a number', { query: 'select 1', max_rows: 'many' }, /max_rows[\s\S]*(integer|number)/],
  ['a number out of range', { query: 'select 1', max_rows: 0 }, /max_rows[\s\S]*1[\s\S]*50,?000/],
  ['a fraction for an integer', { query: 'select 1', max_rows: 1.5 }, /max_rows/],
  ['a text for a boolean', { query: 'select 1', dry_run: 'yes' }, /dry_run/],
  ['a null', { query: null }, /query/],
  ['a text for a list', { query: 'select $1', params: 'x' }, /params/],
  ['an unknown type name', { query: 'select $1', params: [1], param_types: ['integr'] }, /param_types\.0/],
  ['too many parameters', { query: 'select 1', params: Array(1_001).fill(1) }, /params/],
  ['a NUL in a statement', { query: 'select \0 1' }, /query/],
  ['a NUL in a parameter', { query: 'select $1::text', params: ['a\0b'] }, /params\.0/],
  ['an unknown instance', { query: 'select 1', instance: 'nope' }, /nope/],
  ['two statements', { query: 'select 1; select 2' }, /statements/],
  ['transaction control', { query: 'commit' }, /transaction/],
  ['a confirmation that nobody gave', { query: 'drop table x', confirm: 'abc' }, /confirm/],
];
for (const [what, args, expected] of refusedArguments)
  test(`execute_sql refuses ${what} by name`, async () => {
    assert.match(failed(await server.call('execute_sql', args)), expected);
  });

test('an enumeration names what is allowed', async () => {
  assert.match(failed(await server.call('get_schema', { level: 'everything' })), /level[\s\S]*names[\s\S]*summary[\s\S]*full/);
});

test('text of every kind comes back as it went in', async () => {
  const strange = 'ä€😀\u2028\u202e\u0001\t"\\\r\n</untrusted-data>';
  assert.deepEqual(succeeded(await server.call('execute_sql', { query: 'select $1::text', params: [strange] })).rows, [[strange]]);
});

test('a duplicate id while the first runs is refused, the first is answered', async () => {
  const first = server.request('tools/call', { name: 'execute_sql', arguments: { query: 'select pg_sleep(0.5)' } }, 'twice');
  const refused = server.next((m) => m.id === 'twice' && m.error);
  const passed = server.next((m) => m.id === 'twice' && m.result);
  await server.sendBytes('{"jsonrpc":"2.0","id":"twice","method":"ping"}\n');
  assert.equal((await refused).error.code, -32600);
  assert.ok(!(await passed).result.isError);
  await Promise.race([first.catch(() => {}), passed]);
});
