// What is measured of one server in one round.
import { setTimeout as pause } from 'node:timers/promises';

import { WireClient } from '../../tests/e2e/support/wire_client.mjs';
import { growthMib, peakRssMib, rssMib } from '../../tests/e2e/support/memory.mjs';

const VERSION = '2025-06-18'; // the newest that all of them speak

export function percentile(samples, share) {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

export const median = (samples) => (samples.length ? percentile(samples, 0.5) : null);

async function start(peer, flags = [], env = {}) {
  const client = new WireClient([...peer.command, ...flags], { env: { ...peer.env, ...env } });
  await Promise.race([
    client.initialize(VERSION),
    pause(30_000, undefined, { ref: false }).then(() => { throw new Error(`${peer.name}: no answer to initialize in 30 s`); }),
  ]);
  return client;
}

async function called(client, [tool, args]) {
  const answer = await client.call(tool, args);
  if (answer.error || answer.result.isError) throw new Error(`${tool}: ${JSON.stringify(answer).slice(0, 400)}`);
  return answer.result;
}

async function timesOf(count, work) {
  const samples = [];
  for (let i = 0; i < count; i++) {
    const from = performance.now();
    await work();
    samples.push(performance.now() - from);
  }
  return samples;
}

/**
 * Calls per second with `inFlight` calls open at any time. Answers are counted, not parsed: at these rates a client
 * that reads JSON would measure itself. Any error in an answer fails the measurement.
 */
async function perSecond(client, count, inFlight, [tool, args]) {
  const params = JSON.stringify({ name: tool, arguments: args });
  let sent = 0;
  let answered = 0;
  const send = (many) => {
    let text = '';
    for (let i = 0; i < many && sent < count; i++, sent++)
      text += `{"jsonrpc":"2.0","id":${1_000_000 + sent},"method":"tools/call","params":${params}}\n`;
    if (text !== '') client.process.stdin.write(text);
  };
  const from = performance.now();
  await new Promise((resolve, reject) => {
    client.exited.then(() => reject(new Error('the server ended under load')));
    client.takeBytes = (chunk) => {
      if (chunk.includes('"isError":true') || chunk.includes('"error":')) reject(new Error(`under load: ${chunk.subarray(0, 300)}`));
      let lines = 0;
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
      answered += lines;
      if (answered === count) resolve();
      else send(lines);
    };
    send(inFlight);
  });
  client.takeBytes = undefined;
  return count / ((performance.now() - from) / 1000);
}

/** Start, memory, lists, small calls and load: the same for every server. */
export async function measureCommon(peer, { sequential, pipelined, inFlight }) {
  const client = await start(peer);
  const out = { startMs: client.startMs };
  await pause(500);
  out.idleMib = rssMib(client.pid);
  const before = client.bytesReceived;
  const listed = await client.request('tools/list', {});
  out.listBytes = client.bytesReceived - before;
  out.tools = listed.result.tools.length;
  const one = () => called(client, peer.call('select 1'));
  await timesOf(50, one);
  const times = await timesOf(sequential, one);
  out.p50Ms = percentile(times, 0.5);
  out.p99Ms = percentile(times, 0.99);
  const work = peer.call('select 1');
  await perSecond(client, pipelined / 10, inFlight, work);
  out.loadMib = await peakRssMib(client.pid, async () => {
    out.callsPerSecond = await perSecond(client, pipelined, inFlight, work);
  });
  await client.stop();
  return out;
}

/** 20,000 rows of 3 columns in one answer. */
export async function measureManyRows(peer) {
  const client = await start(peer, peer.manyRows?.flags);
  const ask = () => called(client, peer.call('select id, name, amount from items order by id', peer.manyRows?.arguments));
  const answer = await ask();
  const text = answer.content.map((part) => part.text ?? '').join('');
  if (!text.includes('item number 20000')) throw new Error(`${peer.name}: the answer is not whole`);
  const manyRowsMs = median(await timesOf(8, ask));
  await client.stop();
  return { manyRowsMs };
}

/** What only basekeeper promises: bounded memory for a huge result, first pages of a large schema. */
export async function measureBounds(peer, tablesUrl) {
  const client = await start(peer);
  await called(client, ['execute_sql', { query: 'select 1' }]);
  const out = {};
  for (const [tool, field] of [['execute_sql', 'millionWriteMib'], ['query_database', 'millionReadMib']]) {
    await called(client, [tool, { query: 'select id, name, amount from items limit 2000' }]); // the caps' own memory
    out[field] = await growthMib(client.pid, async () => {
      const page = await called(client, [tool, { query: 'select id, name, amount from big' }]);
      if (page.structuredContent.truncated !== true) throw new Error(`${tool}: a million rows were not capped`);
    });
  }
  await client.stop();

  for (const [tool, time, growth] of [['list_tables', 'listTablesMs', 'listTablesMib'], ['get_schema', 'getSchemaMs', 'getSchemaMib']]) {
    const other = await start(peer, [], { DATABASE_URL: tablesUrl });
    await called(other, ['execute_sql', { query: 'select 1' }]);
    out[growth] = await growthMib(other.pid, async () => {
      const from = performance.now();
      const page = await called(other, [tool, {}]);
      out[time] = performance.now() - from;
      if (!page.structuredContent.next_cursor) throw new Error(`${tool}: 2,000 tables came in one page`);
    });
    await other.stop();
  }
  return out;
}
