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

/** Starts the server, does the work, and ends it whatever happens. */
async function serving(peer, work, { flags = [], env = {} } = {}) {
  const client = new WireClient([...peer.command, ...flags], { env: { ...peer.env, ...env } });
  try {
    await client.initialize(VERSION);
    return await work(client);
  } finally {
    await client.stop();
  }
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
export function measureCommon(peer, { sequential, pipelined, inFlight }) {
  return serving(peer, async (client) => {
    const out = { startMs: client.startMs };
    await pause(500);
    out.idleMib = rssMib(client.pid);
    const before = client.bytesReceived;
    const listed = await client.request('tools/list', {});
    out.listBytes = client.bytesReceived - before;
    out.tools = listed.result.tools.length;
    const work = peer.call('select 1');
    const one = () => called(client, work);
    await timesOf(50, one);
    const times = await timesOf(sequential, one);
    out.p50Ms = percentile(times, 0.5);
    out.p99Ms = percentile(times, 0.99);
    await perSecond(client, pipelined / 10, inFlight, work);
    out.loadMib = await peakRssMib(client.pid, async () => {
      out.callsPerSecond = await perSecond(client, pipelined, inFlight, work);
    });
    return out;
  });
}

/** The cold start by the command that the package installs. */
export function measureInstalledStart(peer) {
  return serving({ ...peer, command: peer.installed }, async (client) => ({ installedStartMs: client.startMs }));
}

/** 20,000 rows of 3 columns in one answer. */
export function measureManyRows(peer) {
  return serving(peer, async (client) => {
    const ask = () => called(client, peer.call('select id, name, amount from items order by id', peer.manyRows?.arguments));
    const text = (await ask()).content.map((part) => part.text ?? '').join('');
    if (!text.includes('item number 20000')) throw new Error(`${peer.name}: the answer is not whole`);
    return { manyRowsMs: median(await timesOf(8, ask)) };
  }, { flags: peer.manyRows?.flags });
}

/** How much memory a result of a million rows costs when it is capped. */
export function measureMillionRows(peer, tool, field) {
  return serving(peer, async (client) => {
    await called(client, [tool, { query: 'select id, name, amount from items limit 2000' }]); // the caps' own memory
    const grown = await growthMib(client.pid, async () => {
      const page = await called(client, [tool, { query: 'select id, name, amount from big' }]);
      if (page.structuredContent.truncated !== true) throw new Error(`${tool}: a million rows were not capped`);
    });
    return { [field]: grown };
  });
}

/** The first page of a schema of 2,000 tables, on a server that has its connection already. */
export function measureFirstPage(peer, tool, field, url) {
  return serving(peer, async (client) => {
    await called(client, ['execute_sql', { query: 'select 1' }]);
    const out = {};
    out[`${field}Mib`] = await growthMib(client.pid, async () => {
      const from = performance.now();
      const page = await called(client, [tool, {}]);
      out[`${field}Ms`] = performance.now() - from;
      if (!page.structuredContent.next_cursor) throw new Error(`${tool}: 2,000 tables came in one page`);
    });
    return out;
  }, { env: { DATABASE_URL: url } });
}
