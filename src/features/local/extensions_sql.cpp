// The extensions that every Supabase project has, as far as the machine offers them.
#include "features/local/bootstrap_sql.hpp"

namespace basekeeper::local {

// What is not installed is left out; bootstrap reports it from pg_extension.
constinit const std::string_view extensions_sql = R"sql(
do $$
declare
    wanted text;
begin
    foreach wanted in array array['pgcrypto', 'uuid-ossp', 'pg_stat_statements'] loop
        if exists (select from pg_available_extensions where name = wanted) then
            execute format('create extension if not exists %I with schema extensions', wanted);
        end if;
    end loop;
end
$$;
)sql";

} // namespace basekeeper::local
