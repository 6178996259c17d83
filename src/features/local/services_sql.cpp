// What the other services and tools expect to find: realtime, webhooks, GraphQL, migrations, schema reload.
#include "features/local/bootstrap_sql.hpp"

namespace basekeeper::local {

constinit const std::string_view services_sql = R"sql(
set local role postgres;
create table supabase_migrations.schema_migrations (
    version text not null primary key,
    statements text[],
    name text
);
create publication supabase_realtime;

set local role supabase_realtime_admin;
create table realtime.messages (
    topic text not null,
    extension text not null,
    payload jsonb,
    event text,
    private boolean default false,
    updated_at timestamp not null default now(),
    inserted_at timestamp not null default now(),
    id uuid not null default gen_random_uuid(),
    primary key (id, inserted_at)
) partition by range (inserted_at);
alter table realtime.messages enable row level security;
grant select, insert, update on realtime.messages to postgres, anon, authenticated, service_role;
create function realtime.topic() returns text language sql stable as $$
    select nullif(current_setting('realtime.topic', true), '')
$$;

set local role supabase_functions_admin;
create table supabase_functions.migrations (
    version text primary key,
    inserted_at timestamptz not null default now()
);
create table supabase_functions.hooks (
    id bigserial primary key,
    hook_table_id integer not null,
    hook_name text not null,
    created_at timestamptz not null default now(),
    request_id bigint
);
grant all on all tables in schema supabase_functions to postgres, anon, authenticated, service_role;
grant all on all sequences in schema supabase_functions to postgres, anon, authenticated, service_role;

reset role;
create function graphql_public.graphql(
    "operationName" text default null, query text default null, variables jsonb default null,
    extensions jsonb default null
) returns jsonb language sql as $$
    select '{"errors": [{"message": "pg_graphql extension is not enabled."}]}'::jsonb
$$;

-- PostgREST reads the schema again when it hears of a change.
create function extensions.pgrst_ddl_watch() returns event_trigger language plpgsql as $$
begin
    notify pgrst, 'reload schema';
end
$$;
create event trigger pgrst_ddl_watch on ddl_command_end execute function extensions.pgrst_ddl_watch();
create event trigger pgrst_drop_watch on sql_drop execute function extensions.pgrst_ddl_watch();
)sql";

std::array<bootstrap_script, 6> bootstrap_scripts()
{
    return {{
        {"roles", roles_sql},
        {"schemas", schemas_sql},
        {"extensions", extensions_sql},
        {"auth", auth_sql},
        {"storage", storage_sql},
        {"services", services_sql},
    }};
}

} // namespace basekeeper::local
