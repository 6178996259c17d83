// Runs one official conformance suite against our server and fails on every failed check, scored or not.
//
// usage: run_suite.mjs SERVER stable | SERVER REVISION     REVISION is that of a requirement list: 2025-11-25, 2026-07-28
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { conformanceSuite, stableConformanceSuite } from '../npm/mcp_clients.mjs';
import { startHttp, stopHttp } from './fixture_servers.mjs';

const SUITE_MS = 240_000;

const suites = {
  stable: { program: stableConformanceSuite, options: ['--suite', 'all'], scenarios: 30 },
  '2025-11-25': { program: conformanceSuite, options: ['--requirements', '2025-11-25'], scenarios: 30 },
  '2026-07-28': { program: conformanceSuite, options: ['--requirements', '2026-07-28'], scenarios: 37 },
};

async function runSuite({ program, options }, url, folder) {
  // The suites insist on "localhost" for the check of DNS rebinding.
  const args = [program, 'server', '--url', url.replace('127.0.0.1', 'localhost'), ...options, '-o', folder];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: SUITE_MS });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => { said += chunk; });
  const [code, signal] = await once(child, 'close');
  return { code, signal, said };
}

/** Every check of every scenario. */
function readChecks(folder) {
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('checks.json')).sort();
  return files.map((name) => ({
    scenario: dirname(name).replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT.*$/, ''),
    checks: JSON.parse(readFileSync(join(folder, name), 'utf8')),
  }));
}

function report(scenarios) {
  const count = { SUCCESS: 0, FAILURE: 0, WARNING: 0, INFO: 0, SKIPPED: 0 };
  for (const { scenario, checks } of scenarios)
    for (const check of checks) {
      count[check.status] = (count[check.status] ?? 0) + 1;
      if (check.status === 'FAILURE' || check.status === 'WARNING')
        console.log(`${check.status} ${scenario}: ${check.id} (${check.name})\n    ${check.errorMessage ?? check.description}`);
    }
  console.log(`${scenarios.length} scenarios: ${Object.entries(count).map(([status, n]) => `${n} ${status}`).join(', ')}`);
  return count;
}

const [server, name] = process.argv.slice(2);
const suite = suites[name];
if (!server || !suite) {
  console.error(`usage: run_suite.mjs SERVER ${Object.keys(suites).join('|')}`);
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'basekeeper-conformance-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const { child, url } = await startHttp(server);
const { code, signal, said } = await runSuite(suite, url, folder);
await stopHttp(child);
const scenarios = readChecks(folder);
const count = report(scenarios);
const complete = scenarios.length >= suite.scenarios;
if (!complete) console.log(`only ${scenarios.length} of at least ${suite.scenarios} scenarios ran`);
if (code !== 0) console.log(`the suite ended with ${signal ?? code}:\n${said.slice(-4_000)}`);
process.exit(count.FAILURE === 0 && complete && code === 0 ? 0 : 1);
