// The servers that are measured and how each is asked for the same work.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

function packageFolder(name) {
  try {
    return dirname(require.resolve(`${name}/package.json`));
  } catch {
    // Some packages do not export their package.json: look where npm puts it.
    return join(import.meta.dirname, 'node_modules', ...name.split('/'));
  }
}

const versionOf = (name) => require(join(packageFolder(name), 'package.json')).version;

/** One entry per server. `call(sql)` gives tool and arguments; the program itself is started, without npx around it. */
export function peersFor(server, { binary, stateFolder }) {
  const url = server.url('rows');
  const peers = [
    {
      name: 'toolbox',
      what: `@toolbox-sdk/server ${versionOf('@toolbox-sdk/server')} --prebuilt postgres --stdio`,
      // The native program, without the Node.js wrapper that npx would put around it: the faster of the two ways.
      command: [join(packageFolder('@toolbox-sdk/server-linux-x64'), 'bin/toolbox'),
        '--prebuilt', 'postgres', '--stdio', '--disable-version-check'],
      // What the package installs and clients are told to start; only the cold start is measured through it, too.
      installed: [process.execPath, join(packageFolder('@toolbox-sdk/server'), 'bin/run.js'),
        '--prebuilt', 'postgres', '--stdio', '--disable-version-check'],
      env: {
        POSTGRES_HOST: '127.0.0.1', POSTGRES_PORT: String(server.port), POSTGRES_DATABASE: 'rows',
        POSTGRES_USER: 'bench', POSTGRES_PASSWORD: 'bench',
      },
      http: (port) => [join(packageFolder('@toolbox-sdk/server-linux-x64'), 'bin/toolbox'),
        '--prebuilt', 'postgres', '--address', '127.0.0.1', '--port', String(port), '--disable-version-check'],
      call: (sql) => ['execute_sql', { sql }],
    },
    {
      name: 'server-postgres',
      what: `@modelcontextprotocol/server-postgres ${versionOf('@modelcontextprotocol/server-postgres')}`,
      command: [process.execPath, join(packageFolder('@modelcontextprotocol/server-postgres'), 'dist/index.js'), url],
      call: (sql) => ['query', { sql }],
    },
    {
      name: 'dbhub',
      what: `@bytebase/dbhub ${versionOf('@bytebase/dbhub')}`,
      command: [process.execPath, join(packageFolder('@bytebase/dbhub'), 'dist/index.js'),
        '--transport', 'stdio', '--dsn', `${url}?sslmode=disable`],
      call: (sql) => ['execute_sql', { sql }],
    },
  ];
  if (binary)
    peers.unshift({
      name: 'basekeeper',
      what: 'basekeeper serve, policy and audit on, default settings',
      command: [binary, 'serve', '--state-dir', stateFolder],
      // One caller from one address makes all requests: the rate limits would be what is measured.
      http: (port) => [binary, 'serve', '--http', `127.0.0.1:${port}`, '--state-dir', stateFolder,
        '--rate-per-principal', '0', '--rate-per-address', '0', '--http-max-sessions', '2000'],
      env: { DATABASE_URL: url },
      call: (query, more) => ['execute_sql', { query, ...more }],
      // 20,000 rows are more than the default caps let through: only this measurement raises them.
      manyRows: { arguments: { max_rows: 50_000 }, flags: ['--limits-max-result-bytes', '16777216'] },
    });
  return peers;
}
