// The official Inspector works with the shipped binary in both eras over both transports, and has nothing to complain about.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';

import { inspector } from '../npm/mcp_clients.mjs';
import { HttpService } from './support/http_service.mjs';
import { binary, Workspace } from './support/workspace.mjs';

const TOOL_ERROR = 5;

let work;
let service;
before(async () => {
  work = new Workspace();
  await work.up('dev');
  service = await HttpService.start(work);
});
after(async () => {
  await service?.stop();
  await work?.remove();
});

/** How the Inspector is told where the server is. */
const targets = {
  stdio: () => [binary(), 'serve', '-e', `BASEKEEPER_STATE_DIR=${work.state}`],
  http: () => [service.url, '--transport', 'http'],
};

/** Runs the Inspector. `way` is a transport and an era. */
async function inspect({ transport, era }, ...options) {
  const args = [inspector, '--cli', ...targets[transport](), '--protocol-era', era, '--format', 'json', ...options];
  const child = spawn(process.execPath, args, { env: work.env, cwd: work.folder, timeout: 60_000 });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk) => { said.out += chunk; });
  child.stderr.on('data', (chunk) => { said.err += chunk; });
  const [code] = await once(child, 'close');
  return { code, ...said };
}

async function mustInspect(way, ...options) {
  const { code, out, err } = await inspect(way, ...options);
  assert.equal(code, 0, `${options.join(' ')}: ${err}\n${out}`);
  assert.equal(err, '', `${options.join(' ')} has a complaint`);
  return JSON.parse(out).result;
}

const ways = Object.keys(targets).flatMap((transport) => ['legacy', 'modern', 'auto'].map((era) => ({ transport, era })));
for (const way of ways) {
  const name = `${way.transport}, ${way.era}`;
  test(`${name}: every schema is portable, and every list is there`, { timeout: 120_000 }, async () => {
    const { tools } = await mustInspect(way, '--method', 'tools/list', '--strict');
    assert.ok(tools.length >= 9, `only ${tools.length} tools`);
    const { prompts } = await mustInspect(way, '--method', 'prompts/list');
    assert.ok(prompts.length > 0);
    assert.ok((await mustInspect(way, '--method', 'resources/templates/list')).resourceTemplates.length > 0);
    await mustInspect(way, '--method', 'resources/list');
  });

  test(`${name}: tools are called, prompts and resources are read, a failure is a failure`, { timeout: 120_000 }, async () => {
    const query = ['--method', 'tools/call', '--tool-name', 'query_database', '--tool-arg'];
    const answer = await mustInspect(way, ...query, 'query=select 41 + 1 as n');
    assert.deepEqual(answer.structuredContent.rows, [[42]]);
    const { contents } = await mustInspect(way, '--method', 'resources/read', '--uri', 'basekeeper://instances/dev/schema');
    assert.ok(contents[0].text.length > 0);
    const failure = await inspect(way, ...query, 'query=select 1/0');
    assert.equal(failure.code, TOOL_ERROR, failure.err);
    assert.match(failure.out, /22012/);
  });
}
