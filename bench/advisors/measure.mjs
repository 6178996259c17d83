// Asks a server over stdio for its advice again and again and prints how long the answers took.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const [binary, rounds] = [process.argv[2], Number(process.argv[3])];
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
        return { result: answer.result, bytes: line.value.length };
    }
}

async function measure(what, args) {
    const took = [];
    let last;
    for (let n = 0; n < rounds; ++n) {
        const began = performance.now();
        last = await ask('tools/call', { name: 'get_advisors', arguments: args });
        took.push(performance.now() - began);
    }
    took.sort((a, b) => a - b);
    const ms = (n) => n.toFixed(0);
    console.log(`${what}: median ${ms(took[took.length >> 1])} ms, ${ms(took[0])} to ${ms(took.at(-1))}, ${last.bytes} bytes`);
    return last.result.structuredContent;
}

await ask('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '0' } });
server.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`);
const all = await measure('all advisors, overview', {});
await measure('security', { type: 'security' });
await measure('performance', { type: 'performance' });
await measure('one lint, page of 50', { lint: 'unused_index' });
console.log(`found: ${all.lints.map((l) => `${l.name} ${l.count}`).join(', ')}`);
if (all.not_checked.length > 0) console.log(`not checked: ${all.not_checked.map((l) => l.lints).join(', ')}`);
server.stdin.end();
