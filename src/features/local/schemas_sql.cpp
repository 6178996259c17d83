// The schemas, their owners, who may look into them, and what new objects in public give to the API roles.
#include "features/local/bootstrap_sql.hpp"

namespace basekeeper::local {

constinit const std::string_view schemas_sql = R"sql(
alter database postgres owner to postgres;

create schema auth authorization supabase_admin;
create schema storage authorization supabase_admin;
create schema realtime authorization supabase_admin;
create schema _realtime authorization supabase_admin;
create schema graphql_public authorization supabase_admin;
create schema supabase_functions authorization supabase_functions_admin;
create schema extensions authorization postgres;
create schema supabase_migrations authorization postgres;

grant usage on schema public, auth, storage, realtime, graphql_public, supabase_functions, extensions
    to postgres, anon, authenticated, service_role;
grant all on schema auth to supabase_auth_admin;
grant all on schema storage to supabase_storage_admin;
grant all on schema realtime to supabase_realtime_admin;
grant usage on schema auth, storage, realtime to dashboard_user;
grant all on schema extensions to dashboard_user;

-- The reason why a new table without row-level security is open to the anon key, there as here.
alter default privileges for role postgres in schema public
    grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public
    grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public
    grant all on sequences to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
    grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
    grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
    grant all on sequences to postgres, anon, authenticated, service_role;
)sql";

} // namespace basekeeper::local
