// The workload from pg_stat_statements, and the statistics of tables and columns.
#include "features/inspection/workload.hpp"

#include "base/text.hpp"
#include "features/database/text_array.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace basekeeper::inspection {
namespace {

// The schema comes quoted from the server.
constexpr std::string_view schema_sql = R"(
select pg_catalog.quote_ident(n.nspname) from pg_catalog.pg_extension e
join pg_catalog.pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_stat_statements')";

constexpr std::string_view workload_sql = R"(
select pg_catalog.min(s.query), pg_catalog.sum(s.calls)::int8, pg_catalog.sum(s.total_exec_time)
from {}.pg_stat_statements s
where s.dbid = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
  and s.toplevel and s.query ~* '^\s*(select|with)\M' and s.query !~* '\m(pg_catalog|pg_stat\w*|pg_class|information_schema)\M'
group by s.queryid
order by 3 desc, s.queryid limit 20)";

// $1 schemas and $2 names as the queries spell them; an empty schema is looked up by the search path.
constexpr std::string_view tables_sql = R"(
select asked.schema, asked.name, n.nspname, c.relname, c.reltuples, a.attname,
  case when s.n_distinct is null then -1 when s.n_distinct < 0 then -s.n_distinct * greatest(c.reltuples, 0)
    else s.n_distinct end,
  coalesce(s.avg_width, case when t.typlen > 0 then t.typlen else 32 end),
  exists (select from pg_catalog.pg_opclass o join pg_catalog.pg_am m on m.oid = o.opcmethod and m.amname = 'btree'
          where o.opcdefault and o.opcintype = coalesce(nullif(t.typbasetype, 0), t.oid))
    or t.typtype in ('e', 'r') or t.typcategory in ('A', 'S')
from rows from (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) as asked(schema, name)
join pg_catalog.pg_class c on c.oid = pg_catalog.to_regclass(
  case when asked.schema = '' then '' else pg_catalog.quote_ident(asked.schema) || '.' end
  || pg_catalog.quote_ident(asked.name))
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_catalog.pg_type t on t.oid = a.atttypid
left join pg_catalog.pg_stats s on s.schemaname = n.nspname and s.tablename = c.relname and s.attname = a.attname
  and s.inherited = (c.relkind = 'p')
where c.relkind in ('r', 'm', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
order by asked.schema, asked.name, a.attnum)";

constexpr std::string_view indexes_sql = R"(
select asked.schema, asked.name, i.indexrelid, a.attname
from rows from (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) as asked(schema, name)
join pg_catalog.pg_index i on i.indrelid = pg_catalog.to_regclass(
  case when asked.schema = '' then '' else pg_catalog.quote_ident(asked.schema) || '.' end
  || pg_catalog.quote_ident(asked.name))
join pg_catalog.pg_class c on c.oid = i.indexrelid
join pg_catalog.pg_am m on m.oid = c.relam and m.amname = 'btree'
cross join lateral pg_catalog.unnest(i.indkey::int2[]) with ordinality k(attnum, place)
join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
where i.indisvalid and i.indpred is null and i.indexprs is null and k.place <= i.indnkeyatts
order by asked.schema, asked.name, i.indexrelid, k.place)";

double real(const pg::row_set& rows, std::size_t row, std::size_t column)
{
    const auto text = rows.value(row, column).value_or("");
    double out = 0;
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}

sql::qualified_name name_at(const pg::row_set& rows, std::size_t row, std::size_t column)
{
    return {std::string(rows.value(row, column).value_or("")), std::string(rows.value(row, column + 1).value_or(""))};
}

std::vector<table_facts> read_tables(const pg::row_set& rows)
{
    std::vector<table_facts> out;
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const auto asked = name_at(rows, r, 0);
        if (out.empty() || out.back().asked != asked)
            out.push_back({.name = name_at(rows, r, 2), .asked = asked, .rows = real(rows, r, 4)});
        out.back().columns.push_back({
            .name = std::string(rows.value(r, 5).value_or("")),
            .distinct = real(rows, r, 6),
            .width = static_cast<int>(rows.integer(r, 7).value_or(0)),
            .indexable = rows.value(r, 8) == "t",
        });
    }
    return out;
}

void read_indexes(std::vector<table_facts>& tables, const pg::row_set& rows)
{
    std::string before;
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const auto table = std::ranges::find(tables, name_at(rows, r, 0), &table_facts::asked);
        if (table == tables.end())
            continue;
        const auto index = std::string(rows.value(r, 2).value_or("")) + table->asked.schema + '.' + table->asked.name;
        if (index != before)
            table->indexes.emplace_back();
        before = index;
        table->indexes.back().emplace_back(rows.value(r, 3).value_or(""));
    }
}

} // namespace

io::task<result<std::vector<weighed_query>>> recorded_workload(pg::connection& db, io::deadline until)
{
    const auto found = CO_TRY(co_await ask(db, {{.sql = std::string(schema_sql)}}, pg::caps{}, until));
    if (found[0].rows.empty())
        co_return fail(
            condition::not_found,
            "no workload is recorded: pg_stat_statements is not in this database",
            "pass queries, or add pg_stat_statements to shared_preload_libraries, restart, and create the extension"
        );
    auto sql = fmt::format(fmt::runtime(workload_sql), found[0].rows.value(0, 0).value_or(""));
    const auto recorded = CO_TRY(co_await ask(db, {{.sql = std::move(sql)}}, pg::caps{}, until));
    std::vector<weighed_query> out;
    const auto& rows = recorded[0].rows;
    out.reserve(rows.size());
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const auto calls = rows.integer(r, 1).value_or(1);
        out.push_back({
            .text = std::string(rows.value(r, 0).value_or("")),
            .weight = static_cast<double>(calls),
            .calls = calls,
        });
    }
    co_return out;
}

void read_columns(std::vector<weighed_query>& queries)
{
    for (auto& query : queries) {
        auto columns = sql::columns_of(query.text);
        if (columns)
            query.columns = *std::move(columns);
        else
            query.left_out = columns.error().message;
    }
}

io::task<result<std::vector<table_facts>>>
tables_of(pg::connection& db, const std::vector<weighed_query>& queries, io::deadline until)
{
    std::vector<std::string> schemas;
    std::vector<std::string> names;
    std::vector<sql::qualified_name> seen;
    for (const auto& query : queries)
        for (const auto& relation : query.columns.relations)
            if (std::ranges::find(seen, relation.name) == seen.end()) {
                seen.push_back(relation.name);
                schemas.push_back(relation.name.schema);
                names.push_back(relation.name.name);
            }
    const std::vector<pg::parameter> asked{{database::text_array(schemas)}, {database::text_array(names)}};
    // By the login's own search path, as the queries themselves.
    auto ran = CO_TRY(co_await db.run(
        {{.sql = std::string(tables_sql), .params = asked}, {.sql = std::string(indexes_sql), .params = asked}},
        {.max_rows = 20'000},
        until
    ));
    if (!ran.ok())
        co_return std::unexpected(std::move(*ran.failure).within("looking the tables of the queries up"));
    auto out = read_tables(ran.results[0].rows);
    read_indexes(out, ran.results[1].rows);
    co_return out;
}

} // namespace basekeeper::inspection
