// Deploys, checks and reads logs on a rehearsed Dokploy, some of it through a front that delays, and prints the figures.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

import { DokployWork } from '../../tests/e2e/support/dokploy_work.mjs';
import { binary } from '../../tests/e2e/support/workspace.mjs';

const rounds = Number(process.argv[2]);
const DELAY_MS = 30; // of each call
const LINES_EACH = 1_000;

/** A TCP front that hands on what a client sends after a delay: a call then takes as much longer. */
async function delayed(address) {
  const [host, port] = address.split(':');
  const front = net.createServer({ noDelay: true }, (client) => {
    const behind = net.connect({ host, port: Number(port), noDelay: true });
    client.on('data', (chunk) => setTimeout(() => behind.write(chunk), DELAY_MS));
    client.on('end', () => setTimeout(() => behind.end(), DELAY_MS));
    behind.pipe(client);
    for (const one of [client, behind]) one.on('error', () => { client.destroy(); behind.destroy(); });
  }).listen(0, '127.0.0.1');
  await once(front, 'listening');
  front.unref();
  return `127.0.0.1:${front.address().port}`;
}

/** Runs a command to its end; how long it took and the most memory it had. */
async function measured(work, words, env = {}) {
  const from = performance.now();
  const child = spawn(binary(), [...words.split(' '), '--output', 'json'], {
    env: { ...work.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let peak = 0;
  child.stdout.on('data', (chunk) => { said += chunk; });
  child.stderr.on('data', (chunk) => { said += chunk; });
  const look = setInterval(() => {
    try {
      const found = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'));
      if (found) peak = Math.max(peak, Number(found[1]));
    } catch { /* it has ended */ }
  }, 5);
  const [code] = await once(child, 'close');
  clearInterval(look);
  if (code !== 0) throw new Error(`${words}: ${code}\n${said}`);
  return { ms: performance.now() - from, mib: peak / 1024, said };
}

function report(what, values, unit) {
  const sorted = values.toSorted((a, b) => a - b);
  const [median, least, most] = [sorted[sorted.length >> 1], sorted[0], sorted.at(-1)];
  console.log(`${what.padEnd(64)} ${median.toFixed(1)} ${unit} (${least.toFixed(1)} to ${most.toFixed(1)})`);
}

const total = (calls) => Object.values(calls).reduce((sum, n) => sum + n, 0);

async function deployments() {
  const [times, peaks, calls] = [[], [], []];
  for (let i = 0; i < rounds; i++) {
    const work = await DokployWork.start({ speed: 100_000 });
    const { ms, mib } = await measured(work, 'dokploy deploy shop --domain shop.example.com --no-mail --yes');
    times.push(ms);
    peaks.push(mib);
    calls.push(total((await work.on.state()).calls));
    await work.remove();
  }
  report('deployment without waiting', times, 'ms');
  report('deployment, calls of the API', calls, '');
  report('deployment, memory at its peak', peaks, 'MiB');
}

async function looks() {
  const work = await DokployWork.start({ speed: 2_000 });
  await measured(work, 'dokploy deploy shop --domain shop.example.com --no-mail --yes');
  const slow = {
    DOKPLOY_URL: `http://${await delayed(new URL(work.on.url).host)}`,
    BASEKEEPER_DOKPLOY_REACH: await delayed(work.on.facts.stacks),
  };
  await pause(500); // the logs grow by simulated seconds
  const [immediate, late, logs] = [[], [], []];
  let lines = 0;
  for (let i = 0; i < rounds; i++) {
    immediate.push((await measured(work, 'dokploy validate shop')).ms);
    late.push((await measured(work, 'dokploy validate shop', slow)).ms);
    const read = await measured(work, 'dokploy logs shop --lines 5000');
    logs.push(read.ms);
    lines = JSON.parse(read.said).lines.length;
  }
  report('validation', immediate, 'ms');
  report(`validation, ${DELAY_MS} ms a call more`, late, 'ms');
  report(`newest ${lines} lines of 13 containers × ${LINES_EACH} and more`, logs, 'ms');
  await work.remove();
}

await deployments();
await looks();
