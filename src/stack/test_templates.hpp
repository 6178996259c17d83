// Small templates for tests, in the form of Dokploy's: one of each generation of the gateway, with the usual defects.
#pragma once

#include "stack/plan.hpp"

#include <string>
#include <string_view>

namespace basekeeper::stack::testing {

inline constexpr std::string_view kong_toml = R"toml(
[variables]
main_domain = "${domain}"
db_password = "${password:32}"
jwt_secret = "${password:32}"
tenant = "${uuid}"
anon_payload = """{
  "role": "anon", "iss": "supabase", "exp": ${timestamps:2030-01-01T00:00:00Z}
}
"""

[[config.domains]]
serviceName = "kong"
port = 8_000
host = "${main_domain}"

[config]
env = [
'# secrets',
'SUPABASE_HOST=${main_domain}',
'POSTGRES_PASSWORD=${db_password}',
'JWT_SECRET=${jwt_secret}',
'ANON_KEY=${jwt:jwt_secret:anon_payload}',
'SERVICE_ROLE_KEY=${jwt:jwt_secret:anon_payload}',
'DASHBOARD_USERNAME=supabase',
'DASHBOARD_PASSWORD=${password:32}',
'SECRET_KEY_BASE=${password:64}',
'VAULT_ENC_KEY=${password:32}',
'PG_META_CRYPTO_KEY=${password:32}',
'',
'POSTGRES_HOST=db',
'POSTGRES_DB=postgres',
'POSTGRES_PORT=5432',
'POOLER_TENANT_ID=${tenant}',
'PGRST_DB_SCHEMAS=public,graphql_public',
'SITE_URL=http://localhost:3000',
'ADDITIONAL_REDIRECT_URLS=https://${main_domain}/*,http://localhost:3000/*',
'JWT_EXPIRY=3600',
'API_EXTERNAL_URL=https://${main_domain}',
'JWT_KEYS=[]',
'MAILER_URLPATHS_INVITE="/auth/v1/verify"',
'ENABLE_EMAIL_AUTOCONFIRM=false',
'SMTP_ADMIN_EMAIL=admin@example.com',
'SMTP_HOST=supabase-mail',
'SMTP_PORT=2500',
'SMTP_USER=fake_mail_user',
'SMTP_PASS=fake_mail_password',
'ENABLE_PHONE_AUTOCONFIRM=true',
'STUDIO_DEFAULT_PROJECT=Default Project',
'SUPABASE_PUBLIC_URL=https://${main_domain}',
'FUNCTIONS_VERIFY_JWT=false',
'DOCKER_SOCKET_LOCATION=/var/run/docker.sock']

[[config.mounts]]
filePath = "/volumes/api/kong.yml"
content = """routes: \$((headers))
realtime: http://realtime:4000/socket
"""

[[config.mounts]]
filePath = "/volumes/logs/vector.yml"
content = "sources: none"
)toml";

inline constexpr std::string_view kong_compose = R"yaml(services:
  studio:
    image: supabase/studio:2026.06.03
    environment:
      SUPABASE_PUBLIC_URL: ${SUPABASE_PUBLIC_URL}
      AUTH_JWT_SECRET: ${JWT_SECRET}
  kong:
    image: kong/kong:3.9.1
    volumes:
      - ../files/volumes/api/kong.yml:/home/kong/temp.yml:ro,z
    environment:
      SUPABASE_ANON_KEY: ${ANON_KEY}
      DASHBOARD_PASSWORD: ${DASHBOARD_PASSWORD}
  auth:
    image: supabase/gotrue:v2.189.0
    environment:
      API_EXTERNAL_URL: ${API_EXTERNAL_URL}
      GOTRUE_SITE_URL: ${SITE_URL}
      GOTRUE_JWT_SECRET: ${JWT_SECRET}
      GOTRUE_JWT_KEYS: ${JWT_KEYS:-[]}
      GOTRUE_SMTP_HOST: ${SMTP_HOST}
  rest:
    image: postgrest/postgrest:v14.12
    environment:
      PGRST_JWT_SECRET: ${JWT_SECRET}
      PGRST_DB_URI: postgres://authenticator:${POSTGRES_PASSWORD}@${POSTGRES_HOST}:${POSTGRES_PORT}/${POSTGRES_DB}
  realtime:
    image: supabase/realtime:v2.102.3
    healthcheck:
      test:
        ["CMD-SHELL", "curl -sSfL -H \"Authorization: Bearer ${ANON_KEY}\" http://localhost:4000/api/tenants/realtime-dev/health"]
    environment:
      # encryption
      DB_ENC_KEY: supabaserealtime
      API_JWT_SECRET: ${JWT_SECRET}
      SECRET_KEY_BASE: ${SECRET_KEY_BASE}
      SEED_SELF_HOST: "true"
  storage:
    image: supabase/storage-api:v1.60.4
    volumes:
      - ../files/volumes/storage:/var/lib/storage:z
    environment:
      AUTH_JWT_SECRET: ${JWT_SECRET}
      STORAGE_PUBLIC_URL: ${SUPABASE_PUBLIC_URL}
  meta:
    image: supabase/postgres-meta:v0.96.6
    environment:
      CRYPTO_KEY: ${PG_META_CRYPTO_KEY}
  functions:
    image: supabase/edge-runtime:v1.74.0
    environment:
      JWT_SECRET: ${JWT_SECRET}
      VERIFY_JWT: "${FUNCTIONS_VERIFY_JWT}"
  db:
    image: supabase/postgres:17.6.1.136
    volumes:
      - ../files/volumes/db/data:/var/lib/postgresql/data:Z
      - db-config:/etc/postgresql-custom
    depends_on:
      vector:
        condition: service_healthy
    environment:
      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD}
  vector:
    image: timberio/vector:0.53.0-alpine
    volumes:
      - ../files/volumes/logs/vector.yml:/etc/vector/vector.yml:ro,z
      - ${DOCKER_SOCKET_LOCATION}:/var/run/docker.sock:ro,z
  supavisor:
    image: supabase/supavisor:2.9.5
    environment:
      VAULT_ENC_KEY: ${VAULT_ENC_KEY}
      POOLER_TENANT_ID: ${POOLER_TENANT_ID}
volumes:
  db-config:
)yaml";

inline constexpr std::string_view envoy_toml = R"toml(
[variables]
main_domain = "${domain}"
[[config.domains]]
serviceName = "api-gw"
port = 8000
host = "${main_domain}"
[config.env]
SUPABASE_PUBLIC_URL = "http://${main_domain}"
API_EXTERNAL_URL = "http://${main_domain}/auth/v1"
SITE_URL = "http://localhost:3000"
POSTGRES_PASSWORD = "your-super-secret-and-long-postgres-password"
JWT_SECRET = "your-super-secret-jwt-token-with-at-least-32-characters-long"
ANON_KEY = ""
SERVICE_ROLE_KEY = ""
DASHBOARD_USERNAME = "supabase"
DASHBOARD_PASSWORD = "x"
SECRET_KEY_BASE = "x"
VAULT_ENC_KEY = "x"
PG_META_CRYPTO_KEY = "x"
POSTGRES_HOST = "db"
POSTGRES_DB = "postgres"
POSTGRES_PORT = 5432
JWT_EXPIRY = 3600
PGRST_DB_SCHEMAS = "public,graphql_public"
POOLER_TENANT_ID = "your-tenant-id"
[[config.mounts]]
filePath = "/volumes/api/envoy/cds.yaml"
content = "address: realtime-dev.supabase-realtime"
)toml";

inline constexpr std::string_view envoy_compose = R"yaml(name: supabase

services:

  api-gw:
    container_name: supabase-envoy
    image: envoyproxy/envoy:v1.38.0
    networks:
      default:
        aliases:
          - kong
    ports:
      - ${API_GW_HTTP_PORT:-8000}:8000/tcp
    volumes:
      - ./volumes/api/envoy/cds.yaml:/etc/envoy/cds.yaml:ro
    environment:
      ANON_KEY: ${ANON_KEY}

  auth:
    container_name: supabase-auth
    image: supabase/gotrue:v2.189.0
    environment:
      API_EXTERNAL_URL: ${API_EXTERNAL_URL}
      #GOTRUE_JWT_KEYS: ${JWT_KEYS:-[]}
      GOTRUE_JWT_SECRET: ${JWT_SECRET}

  rest:
    image: postgrest/postgrest:v14.12
    environment:
      PGRST_JWT_SECRET: ${JWT_JWKS:-${JWT_SECRET}}

  realtime:
    # the name is the tenant
    container_name: realtime-dev.supabase-realtime
    image: supabase/realtime:v2.102.3
    environment:
      - DB_ENC_KEY=${REALTIME_DB_ENC_KEY:-supabaserealtime}
      - API_JWT_SECRET=${JWT_SECRET}

  db:
    container_name: supabase-db
    image: supabase/postgres:17.6.1.136
    environment:
      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD}

  supavisor:
    container_name: supabase-pooler
    image: supabase/supavisor:2.9.5
    ports:
      - ${POSTGRES_PORT}:5432
      - 6543:6543
    environment:
      POOLER_TENANT_ID: ${POOLER_TENANT_ID}

volumes:
  db-config:
    name: supabase-db-config
)yaml";

inline constexpr wall_time now{std::chrono::seconds{1'800'000'000}};

inline filled_blueprint filled(std::string_view toml)
{
    return *fill_in(*read_blueprint(toml), {.project = "shop", .server_address = "203.0.113.7", .now = now});
}

inline stack_secrets new_secrets()
{
    return {new_api_keys({.now = now}), new_service_secrets()};
}

inline stack_wishes wishes()
{
    return {.name = "shop", .domain = "db.example.com", .site_url = "https://shop.example.com"};
}

inline result<stack_plan> kong_plan(const stack_wishes& of = wishes())
{
    return plan_stack(filled(kong_toml), kong_compose, of, new_secrets());
}

inline result<stack_plan> envoy_plan(const stack_wishes& of = wishes())
{
    return plan_stack(filled(envoy_toml), envoy_compose, of, new_secrets());
}

} // namespace basekeeper::stack::testing
