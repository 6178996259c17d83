// Asks a server over stdio the same things again and again and prints how long the answers took.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const [binary, subject, rounds] = [process.argv[2], process.argv[3], Number(process.argv[4])];

// [what, tool, arguments of round n]. Patterns that mean the same but differ are not answered from memory.
const anew = (n) => '%'.repeat(n + 1);
const questions = {
    advisors: [
        ['all advisors, overview', 'get_advisors', () => ({})],
        ['security', 'get_advisors', () => ({ type: 'security' })],
        ['performance', 'get_advisors', () => ({ type: 'performance' })],
        ['one lint, page of 50', 'get_advisors', () => ({ lint: 'unused_index' })],
    ],
    schema: [
        ['list_tables, first page', 'list_tables', (n) => ({ pattern: anew(n) })],
        ['list_tables verbose, first page', 'list_tables', (n) => ({ pattern: anew(n), verbose: true })],
        ['get_schema names, first page', 'get_schema', (n) => ({ pattern: anew(n), level: 'names' })],
        ['get_schema summary, first page', 'get_schema', (n) => ({ pattern: anew(n) })],
        ['get_schema full, first page', 'get_schema', (n) => ({ pattern: anew(n), level: 'full' })],
        ['get_schema summary, from memory', 'get_schema', () => ({})],
    ],
};

const server = spawn(binary, ['serve'], { stdio: ['pipe', 'pipe', 'inherit'] });
const answers = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
let id = 0;

async function ask(method, params) {
    const mine = ++id;
    server.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: mine, method, params })}\n`);
    for (;;) {
        const line = await answers.next();
        if (line.done) throw new Error('the server is gone');
        const answer = JSON.parse(line.value);
        if (answer.id !== mine) continue;
        if (answer.error || answer.result.isError) throw new Error(line.value);
        return { result: answer.result.structuredContent, bytes: line.value.length };
    }
}

async function measure(what, name, of) {
    const took = [];
    let last;
    for (let n = 0; n < rounds; ++n) {
        const began = performance.now();
        last = await ask('tools/call', { name, arguments: of(n) });
        took.push(performance.now() - began);
    }
    took.sort((a, b) => a - b);
    const ms = (n) => n.toFixed(n < 10 ? 1 : 0);
    console.log(`${what}: median ${ms(took[took.length >> 1])} ms, ${ms(took[0])} to ${ms(took.at(-1))}, ${last.bytes} bytes`);
    return last.result;
}

await ask('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '0' } });
server.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`);
for (const [what, tool, of] of questions[subject]) {
    const { lints = [] } = await measure(what, tool, of);
    if (lints.length > 1) console.log(`  found: ${lints.map((l) => `${l.name} ${l.count}`).join(', ')}`);
}
server.stdin.end();
