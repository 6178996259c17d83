// Catalogue queries: the server builds one JSON object per table, function or type; we page them.
#include "features/database/catalogue.hpp"

#include "crypto/bytes.hpp"
#include "crypto/encoding.hpp"
#include "features/database/text_array.hpp"

#include <boost/describe/enum_to_string.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace basekeeper::database {
namespace {

/// Where a page ended: kind, schema, name, oid of its last object.
struct position
{
    std::string kind = "0";
    std::string schema;
    std::string name;
    std::string number = "0";
};

constexpr char separator = '\x1f';

std::string to_cursor(const position& p)
{
    const auto text =
        fmt::format("{}{}{}{}{}{}{}", p.kind, separator, p.schema, separator, p.name, separator, p.number);
    return crypto::to_base64url(crypto::bytes_of(text));
}

std::unexpected<error> bad_cursor()
{
    return fail(condition::invalid_argument, "cursor: not one that this server gave", "leave cursor out to start over");
}

bool is_number(std::string_view text)
{
    std::uint32_t n = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), n);
    return !text.empty() && read.ec == std::errc{} && read.ptr == text.data() + text.size();
}

result<position> from_cursor(std::string_view cursor)
{
    if (cursor.empty())
        return position{};
    const auto bytes = crypto::from_base64url(cursor);
    if (!bytes)
        return bad_cursor();
    std::array<std::string, 4> parts;
    std::size_t at = 0;
    for (const char c : crypto::text_of(*bytes)) {
        if (c == separator && ++at == parts.size())
            return bad_cursor();
        if (c != separator)
            parts[at] += c;
    }
    if (at != 3 || parts[0].size() != 1 || !is_number(parts[3]) || parts[1].contains('\0') || parts[2].contains('\0'))
        return bad_cursor();
    return position{parts[0], parts[1], parts[2], parts[3]};
}

std::optional<std::string> wanted_schemas(const std::vector<std::string>& schemas)
{
    return schemas.empty() ? std::nullopt : std::optional(text_array(schemas));
}

std::optional<std::string> like_pattern(const std::string& pattern)
{
    return pattern.empty() ? std::nullopt : std::optional(pattern);
}

/// Schemas that belong to the platform or its extensions: listed only when they are named.
constexpr std::string_view platform_schemas_literal =
    "{information_schema,_analytics,_realtime,_supavisor,auth,basekeeper,cron,dbdev,etl,extensions,graphql,"
    "graphql_public,net,pgbouncer,pgmq,pgsodium,pgsodium_masks,pgtle,realtime,repack,storage,supabase_functions,"
    "supabase_migrations,tiger,tiger_data,topology,vault}";

// $1 schemas or null, $2 pattern or null, $3 schema and $4 name and $5 oid of the last seen, $6 limit, $7 verbose,
// $8 platform schemas.
constexpr std::string_view tables_sql = R"(
with page as (
  select c.oid, n.nspname, c.relname, c.relrowsecurity, c.relkind, c.reltuples
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'f', 'v', 'm') and not c.relispartition
    and case when $1::text[] is null
      then n.nspname !~ '^(pg_|_timescaledb_|timescaledb_)' and n.nspname <> all ($8::name[])
      else n.nspname = any ($1::text[]) end
    and ($2::text is null or c.relname like $2)
    and (n.nspname::text, c.relname::text, c.oid) > ($3::text, $4::text, $5::oid)
  order by n.nspname::text, c.relname::text, c.oid
  limit $6::int)
select '1', p.nspname, p.relname, p.oid::text, pg_catalog.json_strip_nulls(pg_catalog.json_build_object(
    'name', p.nspname || '.' || p.relname,
    'kind', case p.relkind when 'v' then 'view' when 'm' then 'materialized_view' when 'f' then 'foreign_table' end,
    'rls_enabled', case when p.relkind in ('r', 'p') then p.relrowsecurity end,
    'rows', case when p.reltuples >= 0 and p.relkind <> 'v' then p.reltuples::bigint end,
    'bytes', case when p.relkind in ('r', 'p', 'm') then pg_catalog.pg_total_relation_size(p.oid) end,
    'comment', pg_catalog.obj_description(p.oid, 'pg_class'),
    'columns', case when $7::boolean then (
        select pg_catalog.json_agg(pg_catalog.json_strip_nulls(pg_catalog.json_build_object(
            'name', a.attname, 'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
            'nullable', case when not a.attnotnull then true end,
            'default', case when a.attgenerated = '' then pg_catalog.pg_get_expr(d.adbin, d.adrelid) end,
            'generated', case when a.attgenerated <> '' then pg_catalog.pg_get_expr(d.adbin, d.adrelid) end,
            'identity', case a.attidentity when 'a' then 'always' when 'd' then 'by default' end,
            'comment', pg_catalog.col_description(p.oid, a.attnum))) order by a.attnum)
        from pg_catalog.pg_attribute a
        left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = p.oid and a.attnum > 0 and not a.attisdropped) end,
    'primary_keys', case when $7::boolean then (
        select pg_catalog.json_agg(a.attname order by pg_catalog.array_position(i.indkey::int2[], a.attnum))
        from pg_catalog.pg_index i
        join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
        where i.indrelid = p.oid and i.indisprimary) end,
    'foreign_keys', case when $7::boolean then (
        select pg_catalog.json_agg(pg_catalog.pg_get_constraintdef(k.oid) order by k.conname)
        from pg_catalog.pg_constraint k where k.conrelid = p.oid and k.contype = 'f') end))::text
from page p order by p.nspname::text, p.relname::text, p.oid)";

// $1..$2 as above, $3 kind, $4 schema, $5 name, $6 oid of the last seen, $7 limit, $8 level, $9 platform
// schemas.
// Kinds in order: 1 relations, 2 functions, 3 types.
constexpr std::string_view schema_sql = R"(
with wanted as (
  select n.oid, n.nspname from pg_catalog.pg_namespace n
  where case when $1::text[] is null
    then n.nspname !~ '^(pg_|_timescaledb_|timescaledb_)' and n.nspname <> all ($9::name[])
    else n.nspname = any ($1::text[]) end),
published as materialized (
  select t.pubname, t.schemaname, t.tablename from pg_catalog.pg_publication_tables t where $8 in ('full', 'source')),
page as (
  select * from (
    select '1' as kind, n.nspname::text as schema, c.relname::text as name, c.oid, c.relkind::text as sub
    from pg_catalog.pg_class c join wanted n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'f', 'v', 'm') and not c.relispartition
    union all
    select '2', n.nspname::text, f.proname::text, f.oid, f.prokind::text
    from pg_catalog.pg_proc f join wanted n on n.oid = f.pronamespace
    where not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_proc'::regclass
                      and d.objid = f.oid and d.deptype = 'e')
    union all
    select '3', n.nspname::text, t.typname::text, t.oid, t.typtype::text
    from pg_catalog.pg_type t join wanted n on n.oid = t.typnamespace
    left join pg_catalog.pg_class c on c.oid = t.typrelid
    where t.typtype in ('e', 'd') or (t.typtype = 'c' and c.relkind = 'c')) o
  where ($2::text is null or o.name like $2)
    and (o.kind, o.schema, o.name, o.oid) > ($3::text, $4::text, $5::text, $6::oid)
  order by o.kind, o.schema, o.name, o.oid
  limit $7::int)
select p.kind, p.schema, p.name, p.oid::text, (case p.kind
  when '1' then pg_catalog.json_strip_nulls(pg_catalog.json_build_object(
    'name', p.schema || '.' || p.name,
    'kind', case p.sub when 'v' then 'view' when 'm' then 'materialized_view' when 'f' then 'foreign_table' else 'table' end,
    'comment', case when $8 <> 'names' then pg_catalog.obj_description(p.oid, 'pg_class') end,
    'rls_enabled', case when $8 <> 'names' and p.sub in ('r', 'p') then
        (select c.relrowsecurity from pg_catalog.pg_class c where c.oid = p.oid) end,
    'columns', case when $8 <> 'names' then (
        select pg_catalog.json_object_agg(a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)
            || case when a.attnotnull then ' not null' else '' end
            || case a.attidentity when 'a' then ' identity always' when 'd' then ' identity by default' else '' end
            || case when a.attgenerated <> ''
                      then ' generated as (' || pg_catalog.pg_get_expr(d.adbin, d.adrelid) || ')'
                    when d.adbin is not null then ' default ' || pg_catalog.pg_get_expr(d.adbin, d.adrelid)
                    else '' end order by a.attnum)
        from pg_catalog.pg_attribute a
        left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = p.oid and a.attnum > 0 and not a.attisdropped) end,
    'primary_key', case when $8 <> 'names' then (
        select pg_catalog.json_agg(a.attname order by pg_catalog.array_position(i.indkey::int2[], a.attnum))
        from pg_catalog.pg_index i
        join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
        where i.indrelid = p.oid and i.indisprimary) end,
    'foreign_keys', case when $8 <> 'names' then (
        select pg_catalog.json_agg(pg_catalog.pg_get_constraintdef(k.oid) order by k.conname)
        from pg_catalog.pg_constraint k where k.conrelid = p.oid and k.contype = 'f') end,
    'server', case when $8 <> 'names' and p.sub = 'f' then (
        select v.srvname from pg_catalog.pg_foreign_table t
        join pg_catalog.pg_foreign_server v on v.oid = t.ftserver where t.ftrelid = p.oid) end,
    'partition_by', case when $8 <> 'names' and p.sub = 'p' then pg_catalog.pg_get_partkeydef(p.oid) end,
    'partition_count', case when $8 <> 'names' and p.sub = 'p' then (
        select pg_catalog.count(*) from pg_catalog.pg_inherits h where h.inhparent = p.oid) end,
    'partitions', case when $8 in ('full', 'source') and p.sub = 'p' then (
        select pg_catalog.json_object_agg(b.name, b.bound order by b.name) from (
          select h.inhrelid::pg_catalog.regclass::text as name, pg_catalog.pg_get_expr(c.relpartbound, c.oid) as bound
          from pg_catalog.pg_inherits h join pg_catalog.pg_class c on c.oid = h.inhrelid
          where h.inhparent = p.oid order by 1 limit 100) b) end,
    'inherits', case when $8 <> 'names' and p.sub = 'r' then (
        select pg_catalog.json_agg(h.inhparent::pg_catalog.regclass::text order by h.inhseqno)
        from pg_catalog.pg_inherits h where h.inhrelid = p.oid) end,
    'publications', case when $8 in ('full', 'source') then (
        select pg_catalog.json_agg(w.pubname order by w.pubname) from (
          select w.pubname from published w where w.schemaname = p.schema and w.tablename = p.name
          union
          select b.pubname from pg_catalog.pg_publication_rel r
          join pg_catalog.pg_publication b on b.oid = r.prpubid where r.prrelid = p.oid) w) end,
    'definition', case when $8 = 'source' and p.sub in ('v', 'm') then pg_catalog.pg_get_viewdef(p.oid) end,
    'constraints', case when $8 in ('full', 'source') then (
        select pg_catalog.json_object_agg(k.conname, pg_catalog.pg_get_constraintdef(k.oid) order by k.conname)
        from pg_catalog.pg_constraint k where k.conrelid = p.oid and k.contype in ('c', 'u', 'x')) end,
    'indexes', case when $8 in ('full', 'source') then (
        select pg_catalog.json_agg(pg_catalog.pg_get_indexdef(i.indexrelid) order by i.indexrelid)
        from pg_catalog.pg_index i where i.indrelid = p.oid and not i.indisprimary) end,
    'policies', case when $8 in ('full', 'source') then (
        select pg_catalog.json_object_agg(l.polname, pg_catalog.json_strip_nulls(pg_catalog.json_build_object(
            'command', case l.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update'
                                     when 'd' then 'delete' else 'all' end,
            'restrictive', case when not l.polpermissive then true end,
            'roles', (select pg_catalog.json_agg(case when r = 0 then 'public' else pg_catalog.pg_get_userbyid(r) end)
                      from pg_catalog.unnest(l.polroles) r),
            'using', pg_catalog.pg_get_expr(l.polqual, l.polrelid),
            'check', pg_catalog.pg_get_expr(l.polwithcheck, l.polrelid))))
        from pg_catalog.pg_policy l where l.polrelid = p.oid) end,
    'triggers', case when $8 in ('full', 'source') then (
        select pg_catalog.json_agg(pg_catalog.pg_get_triggerdef(t.oid) order by t.tgname)
        from pg_catalog.pg_trigger t where t.tgrelid = p.oid and not t.tgisinternal) end,
    'column_comments', case when $8 in ('full', 'source') then (
        select pg_catalog.json_object_agg(a.attname, pg_catalog.col_description(p.oid, a.attnum))
        from pg_catalog.pg_attribute a
        where a.attrelid = p.oid and a.attnum > 0 and pg_catalog.col_description(p.oid, a.attnum) is not null) end))
  when '2' then (
    select pg_catalog.json_strip_nulls(pg_catalog.json_build_object(
        'name', p.schema || '.' || p.name,
        'kind', case p.sub when 'p' then 'procedure' when 'a' then 'aggregate' when 'w' then 'window' else 'function' end,
        'arguments', case when $8 <> 'names' then pg_catalog.pg_get_function_arguments(f.oid) end,
        'returns', case when $8 <> 'names' then pg_catalog.pg_get_function_result(f.oid) end,
        'language', case when $8 in ('full', 'source') then (select l.lanname from pg_catalog.pg_language l where l.oid = f.prolang) end,
        'volatility', case when $8 in ('full', 'source') then
            case f.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end end,
        'security_definer', case when $8 <> 'names' and f.prosecdef then true end,
        'settings', case when $8 in ('full', 'source') then pg_catalog.to_json(f.proconfig) end,
        'definition', case when $8 = 'source' and p.sub <> 'a' then pg_catalog.pg_get_functiondef(f.oid) end,
        'comment', case when $8 <> 'names' then pg_catalog.obj_description(f.oid, 'pg_proc') end))
    from pg_catalog.pg_proc f where f.oid = p.oid)
  else (
    select pg_catalog.json_strip_nulls(pg_catalog.json_build_object(
        'name', p.schema || '.' || p.name,
        'kind', case p.sub when 'e' then 'enum' when 'd' then 'domain' else 'composite_type' end,
        'values', case when $8 <> 'names' and p.sub = 'e' then (
            select pg_catalog.json_agg(e.enumlabel order by e.enumsortorder)
            from pg_catalog.pg_enum e where e.enumtypid = t.oid) end,
        'base_type', case when $8 <> 'names' and p.sub = 'd' then pg_catalog.format_type(t.typbasetype, t.typtypmod) end,
        'checks', case when $8 <> 'names' and p.sub = 'd' then (
            select pg_catalog.json_agg(pg_catalog.pg_get_constraintdef(k.oid) order by k.conname)
            from pg_catalog.pg_constraint k where k.contypid = t.oid) end,
        'columns', case when $8 <> 'names' and p.sub = 'c' then (
            select pg_catalog.json_object_agg(a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) order by a.attnum)
            from pg_catalog.pg_attribute a
            where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped) end,
        'comment', case when $8 <> 'names' then pg_catalog.obj_description(t.oid, 'pg_type') end))
    from pg_catalog.pg_type t where t.oid = p.oid)
  end)::text
from page p order by p.kind, p.schema, p.name, p.oid)";

constexpr std::string_view extensions_sql = R"(
select pg_catalog.json_strip_nulls(pg_catalog.json_build_object(
    'name', a.name, 'schema', n.nspname, 'installed_version', e.extversion, 'default_version', a.default_version,
    'comment', a.comment))::text
from pg_catalog.pg_available_extensions a
left join pg_catalog.pg_extension e on e.extname = a.name
left join pg_catalog.pg_namespace n on n.oid = e.extnamespace
order by e.extname is null, a.name)";

struct cut_page
{
    json_items items;
    std::optional<std::string> next_cursor;
};

/// Takes rows of (kind, schema, name, oid, json) until `limit` or the budget is reached; at least one.
cut_page cut(const pg::statement_result& answer, std::size_t limit, std::size_t budget_bytes)
{
    cut_page out;
    const auto& rows = answer.rows;
    std::size_t bytes = 0;
    std::size_t taken = 0;
    while (taken < std::min(rows.size(), limit)) {
        const auto item = rows.value(taken, 4).value_or("{}");
        if (taken > 0 && bytes + item.size() > budget_bytes)
            break;
        bytes += item.size() + 1;
        out.items.items.emplace_back(item);
        ++taken;
    }
    if (taken > 0 && (taken < rows.size() || answer.truncated != pg::truncation::none)) {
        const auto text = [&](std::size_t c) { return std::string(rows.value(taken - 1, c).value_or("")); };
        out.next_cursor = to_cursor({text(0), text(1), text(2), text(3)});
    }
    return out;
}

std::size_t objects_per_page(detail level)
{
    switch (level) {
    case detail::names:
        return 900;
    case detail::summary:
        return 150;
    case detail::full:
        return 60;
    case detail::source:
        return 30;
    }
    return 1;
}

std::string_view level_name(detail level)
{
    return boost::describe::enum_to_string(level, "summary");
}

} // namespace

std::string_view platform_schemas()
{
    return platform_schemas_literal;
}

void json_items::write_json(std::string& out) const
{
    char between = '[';
    for (const auto& item : items) {
        out += between;
        between = ',';
        out += item;
    }
    out += items.empty() ? "[]" : "]";
}

io::task<result<table_page>> list_tables(asker ask, table_request what, io::deadline until)
{
    const auto after = CO_TRY(from_cursor(what.cursor));
    std::vector<pg::parameter> params{
        {wanted_schemas(what.schemas)},
        {like_pattern(what.pattern)},
        {after.schema},
        {after.name},
        {after.number},
        {std::to_string(what.limit + 1)},
        {what.verbose ? "t" : "f"},
        {std::string(platform_schemas())},
    };
    auto answer = CO_TRY(co_await ask(std::string(tables_sql), std::move(params), until));
    auto page = cut(answer, what.limit, what.budget_bytes);
    co_return table_page{std::move(page.items), std::move(page.next_cursor)};
}

io::task<result<schema_page>> describe_schema(asker ask, schema_request what, io::deadline until)
{
    const auto after = CO_TRY(from_cursor(what.cursor));
    const auto limit = objects_per_page(what.level);
    std::vector<pg::parameter> params{
        {wanted_schemas(what.schemas)},
        {like_pattern(what.pattern)},
        {after.kind},
        {after.schema},
        {after.name},
        {after.number},
        {std::to_string(limit + 1)},
        {std::string(level_name(what.level))},
        {std::string(platform_schemas())},
    };
    auto answer = CO_TRY(co_await ask(std::string(schema_sql), std::move(params), until));
    auto page = cut(answer, limit, what.budget_bytes);
    co_return schema_page{std::move(page.items), std::move(page.next_cursor)};
}

io::task<result<extension_list>> list_extensions(asker ask, io::deadline until)
{
    const auto answer = CO_TRY(co_await ask(std::string(extensions_sql), {}, until));
    extension_list out;
    for (std::size_t r = 0; r < answer.rows.size(); ++r)
        out.extensions.items.emplace_back(answer.rows.value(r, 0).value_or("{}"));
    co_return out;
}

} // namespace basekeeper::database
