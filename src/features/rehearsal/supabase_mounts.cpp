// The files that the template puts beside its compose file: fifteen, of which one holds `\$`, which TOML does not
// allow.
#include "features/rehearsal/blueprint_texts.hpp"

namespace basekeeper::rehearsal {
namespace {

constexpr std::string_view text = R"toml([[config.mounts]]
filePath = "/volumes/api/kong-entrypoint.sh"
content = """#!/bin/bash
# Puts the environment into the routes and starts the gateway.
export LUA_AUTH_EXPR="\$((headers.authorization ~= nil and headers.authorization) or headers.apikey)"
export LUA_RT_WS_EXPR="\$(query_params.apikey)"
envsubst < /home/kong/temp.yml > "$KONG_DECLARATIVE_CONFIG"
exec /entrypoint.sh kong docker-start
"""

[[config.mounts]]
filePath = "/volumes/api/kong.yml"
content = """_format_version: '2.1'
consumers:
  - username: DASHBOARD
  - username: anon
    keyauth_credentials:
      - key: $SUPABASE_ANON_KEY
  - username: service_role
    keyauth_credentials:
      - key: $SUPABASE_SERVICE_KEY
basicauth_credentials:
  - consumer: DASHBOARD
    username: '$DASHBOARD_USERNAME'
    password: '$DASHBOARD_PASSWORD'
services:
  - name: auth-v1
    url: http://auth:9999/
    routes: [{name: auth-v1-all, strip_path: true, paths: [/auth/v1/]}]
  - name: rest-v1
    url: http://rest:3000/
    routes: [{name: rest-v1-all, strip_path: true, paths: [/rest/v1/]}]
  - name: realtime-v1-ws
    url: http://realtime:4000/socket
    routes: [{name: realtime-v1-ws, strip_path: true, paths: [/realtime/v1/]}]
  - name: storage-v1
    url: http://storage:5000/
    routes: [{name: storage-v1-all, strip_path: true, paths: [/storage/v1/]}]
  - name: functions-v1
    url: http://functions:9000/
    routes: [{name: functions-v1-all, strip_path: true, paths: [/functions/v1/]}]
  - name: meta
    url: http://meta:8080/
    routes: [{name: meta-all, strip_path: true, paths: [/pg/]}]
  - name: dashboard
    url: http://studio:3000/
    routes: [{name: dashboard-all, strip_path: true, paths: [/]}]
    plugins: [{name: basic-auth}]
"""

[[config.mounts]]
filePath = "/volumes/snippets/.gitkeep"
content = ""

[[config.mounts]]
filePath = "/volumes/db/init/data.sql"
content = ""

[[config.mounts]]
filePath = "/volumes/db/_supabase.sql"
content = """\\set pguser `echo "$POSTGRES_USER"`
create database _supabase with owner :pguser;
"""

[[config.mounts]]
filePath = "/volumes/db/jwt.sql"
content = """\\set jwt_secret `echo "$JWT_SECRET"`
\\set jwt_exp `echo "$JWT_EXP"`
alter database postgres set "app.settings.jwt_secret" to :'jwt_secret';
alter database postgres set "app.settings.jwt_exp" to :'jwt_exp';
"""

[[config.mounts]]
filePath = "/volumes/db/logs.sql"
content = """\\c _supabase
create schema if not exists _analytics;
"""

[[config.mounts]]
filePath = "/volumes/db/pooler.sql"
content = """\\c _supabase
create schema if not exists _supavisor;
"""

[[config.mounts]]
filePath = "/volumes/db/realtime.sql"
content = "create schema if not exists _realtime;"

[[config.mounts]]
filePath = "/volumes/db/roles.sql"
content = """\\set pgpass `echo "$POSTGRES_PASSWORD"`
alter user authenticator with password :'pgpass';
alter user supabase_auth_admin with password :'pgpass';
alter user supabase_storage_admin with password :'pgpass';
"""

[[config.mounts]]
filePath = "/volumes/db/webhooks.sql"
content = "create schema if not exists supabase_functions authorization supabase_admin;"

[[config.mounts]]
filePath = "/volumes/functions/hello/index.ts"
content = """Deno.serve(() => Response.json("hello"))
"""

[[config.mounts]]
filePath = "/volumes/functions/main/index.ts"
content = """const verify = Deno.env.get('VERIFY_JWT') === 'true'
Deno.serve(async (request) => {
  const name = new URL(request.url).pathname.split('/')[1]
  if (verify && !request.headers.has('authorization')) return new Response('no token', { status: 401 })
  const worker = await EdgeRuntime.userWorkers.create({ servicePath: '/home/deno/functions/' + name })
  return await worker.fetch(request)
})
"""

[[config.mounts]]
filePath = "/volumes/logs/vector.yml"
content = """api:
  enabled: true
  address: 0.0.0.0:9001
sources:
  docker_host:
    type: docker_logs
sinks:
  logflare:
    type: http
    inputs: [docker_host]
    encoding: {codec: json}
    uri: 'http://analytics:4000/api/logs?source_name=all'
"""

[[config.mounts]]
filePath = "/volumes/pooler/pooler.exs"
content = """{:ok, _} = Application.ensure_all_started(:supavisor)
params = %{
  "external_id" => System.get_env("POOLER_TENANT_ID"),
  "db_host" => System.get_env("POSTGRES_HOST"),
  "db_database" => System.get_env("POSTGRES_DB")
}
unless Supavisor.Tenants.get_tenant_by_external_id(params["external_id"]) do
  {:ok, _} = Supavisor.Tenants.create_tenant(params)
end
"""
)toml";

} // namespace

std::string_view supabase_mounts()
{
    return text;
}

} // namespace basekeeper::rehearsal
