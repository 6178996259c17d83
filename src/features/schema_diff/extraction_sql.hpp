// The queries that read a catalogue, one per kind of fact; included by the sources of this module only.
#pragma once

#include "features/schema_diff/facts.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace basekeeper::schema_diff {

/// One query. Its columns: object and column number of the address, schema, name and part of the identity (names
/// quoted); every further column is an attribute of that name, NULL for none.
struct extraction
{
    kind what;
    std::uint32_t catalogue; ///< class of the addresses, as pg_depend spells it; 0: they have none
    std::string_view sql;    ///< follows `wanted_schemas_sql`
};

/// Catalogues by the numbers that never change, and below 10 what only this module knows.
enum catalogue_number : std::uint32_t
{
    table_attachments = 1,
    index_attachments = 2,
    sequence_owners = 3,
    default_acls = 826,
    types = 1247,
    functions = 1255,
    relations = 1259,
    defaults = 2604,
    constraints = 2606,
    namespaces = 2615,
    rules = 2618,
    triggers = 2620,
    extensions = 3079,
    policies = 3256,
    statistics_objects = 3381,
    event_triggers = 3466,
    publications = 6104,
    publication_tables = 6106,
    publication_schemas = 6237,
};

std::span<const extraction> relation_extractions();
std::span<const extraction> type_extractions();
std::span<const extraction> code_extractions();
std::span<const extraction> access_extractions();

/// Which schemas are looked at: those of $1 (text[]), or when it is null all but PostgreSQL's, what belongs to
/// extensions, and the platform's ($2). Every query above follows it.
inline constexpr std::string_view wanted_schemas_sql = R"(
with w as materialized (
  select n.oid, quote_ident(n.nspname) as schema, n.nspname from pg_namespace n
  where case when $1::text[] is null
      then n.nspname !~ '^(pg_|_?timescaledb_)' and n.nspname <> all ($2::name[])
        and not exists (select from pg_depend e where e.classid = 'pg_namespace'::regclass and e.objid = n.oid
                        and e.deptype = 'e')
      else n.nspname = any ($1::text[]) end)
)";

} // namespace basekeeper::schema_diff
