// The official Inspector lists and calls what the shipped binary offers, in both eras, and has nothing to complain about.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';

import { inspector } from '../npm/mcp_clients.mjs';
import { binary, Workspace } from './support/workspace.mjs';

const TOOL_ERROR = 5;

let work;
before(async () => {
  work = new Workspace();
  await work.up('dev');
});
after(() => work?.remove());

/** Runs the Inspector against `basekeeper serve` over stdio. */
async function inspect(era, ...options) {
  const state = `BASEKEEPER_STATE_DIR=${work.state}`;
  const args = [inspector, '--cli', binary(), 'serve', '-e', state, '--protocol-era', era, '--format', 'json', ...options];
  const child = spawn(process.execPath, args, { env: work.env, cwd: work.folder, timeout: 60_000 });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk) => { said.out += chunk; });
  child.stderr.on('data', (chunk) => { said.err += chunk; });
  const [code] = await once(child, 'close');
  return { code, ...said };
}

async function mustInspect(era, ...options) {
  const { code, out, err } = await inspect(era, ...options);
  assert.equal(code, 0, `${options.join(' ')}: ${err}\n${out}`);
  assert.equal(err, '', `${options.join(' ')} has a complaint`);
  return JSON.parse(out).result;
}

for (const era of ['legacy', 'modern', 'auto']) {
  test(`${era}: every schema is portable, and every list is there`, { timeout: 120_000 }, async () => {
    const { tools } = await mustInspect(era, '--method', 'tools/list', '--strict');
    assert.ok(tools.length >= 9, `only ${tools.length} tools`);
    const { prompts } = await mustInspect(era, '--method', 'prompts/list');
    assert.ok(prompts.length > 0);
    assert.ok((await mustInspect(era, '--method', 'resources/templates/list')).resourceTemplates.length > 0);
    await mustInspect(era, '--method', 'resources/list');
  });

  test(`${era}: tools are called, prompts and resources are read, a failure is a failure`, { timeout: 120_000 }, async () => {
    const query = ['--method', 'tools/call', '--tool-name', 'query_database', '--tool-arg'];
    const answer = await mustInspect(era, ...query, 'query=select 41 + 1 as n');
    assert.deepEqual(answer.structuredContent.rows, [[42]]);
    const { contents } = await mustInspect(era, '--method', 'resources/read', '--uri', 'basekeeper://instances/dev/schema');
    assert.ok(contents[0].text.length > 0);
    const failure = await inspect(era, ...query, 'query=select 1/0');
    assert.equal(failure.code, TOOL_ERROR, failure.err);
    assert.match(failure.out, /22012/);
  });
}
