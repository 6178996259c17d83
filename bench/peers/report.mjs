// The measured figures as a page for people, with the targets and whether they are met.
import { cpus, release, totalmem } from 'node:os';

const COLUMNS = [
  ['tools', 'tools', 0], ['listBytes', 'tools/list bytes', 0], ['startMs', 'cold start ms', 1], ['installedStartMs', 'as installed by npm, ms', 1],
  ['idleMib', 'idle RSS MiB', 1], ['loadMib', 'RSS under load MiB', 1], ['p50Ms', '`select 1` p50 ms', 3],
  ['p99Ms', 'p99 ms', 3], ['callsPerSecond', 'calls/s, 16 in flight', 0], ['manyRowsMs', '20,000 rows ms', 1],
];

const HTTP_COLUMNS = [
  ['httpCallsPerSecond', '`select 1`, requests/s', 0], ['httpP50Ms', 'p50 ms', 2], ['httpP99Ms', 'p99 ms', 2],
  ['httpListsPerSecond', 'tools/list, requests/s', 0], ['httpListP99Ms', 'p99 ms', 2], ['httpLoadMib', 'RSS under load MiB', 1],
];

const shown = (value, digits) => (value == null ? '–' : value.toFixed(digits));

function figures(own, toolbox) {
  const ratio = (field) => (toolbox?.[field] ? own[field] / toolbox[field] : NaN);
  return [
    ['`execute_sql select 1`, 16 in flight, × toolbox', ratio('callsPerSecond'), '≥', 6, 2],
    ['p50 of one call at a time, × toolbox', ratio('p50Ms'), '≤', 0.6, 2],
    ['cold start to the answer of initialize, × toolbox as npm installs it',
      toolbox?.installedStartMs ? own.startMs / toolbox.installedStartMs : NaN, '≤', 0.1, 3],
    ['cold start, ms', own.startMs, '≤', 20, 1],
    ['idle RSS, MiB', own.idleMib, '≤', 16, 1],
    ['RSS under load, MiB', own.loadMib, '≤', 40, 1],
    ['stripped binary, MB', own.binaryMb, '≤', 20, 2],
    ['20,000 rows × 3 columns, × toolbox', ratio('manyRowsMs'), '≤', 0.5, 2],
    ['1,000,000 rows capped, execute_sql, RSS growth MiB', own.millionWriteMib, '≤', 4, 2],
    ['1,000,000 rows capped, query_database, RSS growth MiB', own.millionReadMib, '≤', 4, 2],
    ['get_schema on 2,000 tables, first page ms', own.getSchemaMs, '≤', 100, 1],
    ['get_schema on 2,000 tables, RSS growth MiB', own.getSchemaMib, '≤', 8, 2],
    ['list_tables on 2,000 tables, first page ms', own.listTablesMs, '≤', 100, 1],
    ['list_tables on 2,000 tables, RSS growth MiB', own.listTablesMib, '≤', 8, 2],
    ['over HTTP, `execute_sql select 1`, 16 connections, × toolbox', ratio('httpCallsPerSecond'), '≥', 5, 2],
    ['over HTTP, its p99, × toolbox', ratio('httpP99Ms'), '≤', 1, 2],
    ['over HTTP, tools/list, 16 connections, × toolbox', ratio('httpListsPerSecond'), '≥', 10, 2],
    ['1,000 sessions, each with an idle stream, RSS MiB', own.idleStreamsMib, '≤', 64, 1],
    ['10,000 requests, 1 % abandoned: descriptors left', own.abortsFds, '≤', 0, 0],
    ['10,000 requests, 1 % abandoned: RSS growth MiB', own.abortsMib, '≤', 2, 2],
    ['tools/list, bytes', own.listBytes, '≤', 9000, 0],
  ].map(([what, value, relation, target, digits]) => ({
    what, value, relation, target, digits, met: relation === '≥' ? value >= target : value <= target,
  }));
}

/** `results`: by name of the server, medians over the rounds. */
export function report({ date, results, peers, rounds, postgres, load, commit }) {
  const lines = [
    `# Side by side, ${date}`, '',
    'Repeat with `bench/peers/run`. Medians of interleaved rounds, all servers on one PostgreSQL over TCP.', '',
    `- machine: ${cpus().length} × ${cpus()[0].model.trim()}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Linux ${release()}`,
    `- PostgreSQL ${postgres}, Node.js ${process.versions.node} as the client, ${rounds} rounds, load average before: ${load}`,
    `- commit ${commit}`,
    ...peers.map((p) => `- ${p.name}: ${p.what}`), '',
    `| server | ${COLUMNS.map(([, title]) => title).join(' | ')} |`,
    `|---|${COLUMNS.map(() => '---:').join('|')}|`,
    ...peers.map((p) => `| ${p.name} | ${COLUMNS.map(([field, , digits]) => shown(results[p.name][field], digits)).join(' | ')} |`),
  ];
  const overHttp = peers.filter((p) => results[p.name].httpCallsPerSecond);
  if (overHttp.length > 0)
    lines.push('', 'Over HTTP keep-alive, 16 connections with one request at a time each:', '',
      `| server | ${HTTP_COLUMNS.map(([, title]) => title).join(' | ')} |`, `|---|${HTTP_COLUMNS.map(() => '---:').join('|')}|`,
      ...overHttp.map((p) => `| ${p.name} | ${HTTP_COLUMNS.map(([field, , digits]) => shown(results[p.name][field], digits)).join(' | ')} |`));
  const all = results.basekeeper ? figures(results.basekeeper, results.toolbox) : [];
  if (all.length > 0)
    lines.push('', '| figure | measured | target | |', '|---|---:|---:|---|',
      ...all.map((f) => `| ${f.what} | ${shown(f.value, f.digits)} | ${f.relation} ${f.target} | ${f.met ? 'met' : '**missed**'} |`));
  for (const p of peers)
    if (results[p.name].failures?.length) lines.push('', `${p.name} failed: ${results[p.name].failures.join('; ')}`);
  lines.push('', '```json', JSON.stringify({ date, rounds, postgres, results, figures: all }), '```', '');
  return { text: lines.join('\n'), missed: all.filter((f) => !f.met) };
}
