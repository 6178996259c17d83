// The shipped binary over HTTP: started on a free port, asked in plain requests, ended by a signal.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';

import { binary } from './workspace.mjs';

const START_MS = 20_000;

/** One `basekeeper serve --http`. `url` is that of the endpoint; `stderr` grows. */
export class HttpService {
  static async start(work, { at = '127.0.0.1:0', flags = [], env = {} } = {}) {
    const one = new HttpService();
    one.stderr = '';
    one.process = spawn(binary(), ['serve', '--http', at, ...flags], {
      env: { ...work.env, ...env }, cwd: work.folder, stdio: ['ignore', 'pipe', 'pipe'],
    });
    one.ended = once(one.process, 'close').then(([code, signal]) => ({ code, signal }));
    one.url = await new Promise((resolve, reject) => {
      const timer = setTimeout(reject, START_MS, new Error('the server did not say where it serves'));
      one.ended.then(({ code }) => reject(new Error(`the server ended with ${code}: ${one.stderr}`)));
      one.process.stderr.on('data', (chunk) => {
        one.stderr += chunk;
        const told = one.stderr.match(/url"?[=:]\s*"?((?:https?:\/\/|unix:)[^\s"]+)/);
        if (told) {
          clearTimeout(timer);
          resolve(told[1]);
        }
      });
    });
    process.once('exit', one.abandon = () => one.process.kill('SIGKILL'));
    return one;
  }

  /** One request; `options` as node's http has them. Resolves with status, headers and text. */
  request(path, { method = 'GET', headers = {}, body, ...options } = {}) {
    const at = new URL(this.url.startsWith('unix:') ? 'http://localhost' : this.url);
    const module = at.protocol === 'https:' ? https : http;
    return new Promise((resolve, reject) => {
      const asked = module.request({
        host: at.hostname.replace(/^\[|\]$/g, ''), port: at.port, path, method, headers,
        ...(this.url.startsWith('unix:') ? { socketPath: this.url.slice(5) } : {}), ...options,
      }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk) => { text += chunk; })
          .on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }))
          .on('error', reject);
      });
      asked.on('error', reject);
      asked.end(body);
    });
  }

  /** A request of the stateless era. */
  modern(method, params = {}, { headers = {}, path = '/mcp', ...options } = {}) {
    const name = params.name ?? params.uri;
    const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };
    return this.request(path, {
      method: 'POST',
      headers: {
        'content-type': 'application/json', accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2026-07-28', 'mcp-method': method, ...(name ? { 'mcp-name': name } : {}), ...headers,
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: meta } }),
      ...options,
    });
  }

  execute(sql, options) { return this.modern('tools/call', { name: 'execute_sql', arguments: { query: sql } }, options); }

  query(sql, options) { return this.modern('tools/call', { name: 'query_database', arguments: { query: sql } }, options); }

  /** Asks the server to end; resolves with how it did. */
  async stop(signal = 'SIGTERM') {
    process.off('exit', this.abandon);
    this.process.kill(signal);
    return this.ended;
  }
}
