// A TLS front with a certificate that no authority signed, before a plain HTTP server of this machine.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Passes every request on to `to`. `certificate` and `privateKey` are files that are there until `stop`. */
export async function selfSigned(to) {
  const folder = mkdtempSync(join(tmpdir(), 'basekeeper-front-'));
  const [certificate, privateKey] = ['cert.pem', 'key.pem'].map((name) => join(folder, name));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
    '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', privateKey, '-out', certificate],
  { stdio: 'ignore' });
  const target = new URL(to);
  const front = https.createServer({ cert: readFileSync(certificate), key: readFileSync(privateKey) }, (ask, answer) => {
    const behind = http.request({
      host: target.hostname, port: target.port, path: ask.url, method: ask.method, headers: ask.headers,
    }, (came) => {
      answer.writeHead(came.statusCode, came.headers);
      came.pipe(answer);
    });
    behind.on('error', () => answer.destroy());
    ask.pipe(behind);
  }).listen(0, '127.0.0.1');
  await once(front, 'listening');
  return {
    url: `https://127.0.0.1:${front.address().port}`,
    certificate,
    privateKey,
    async stop() {
      front.closeAllConnections();
      front.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
