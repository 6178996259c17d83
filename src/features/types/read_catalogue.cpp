// The queries, and how their rows become values. Each query gives flat rows: they need no parsing.
#include "features/types/read_catalogue.hpp"

#include "features/types/relationships.hpp"
#include "features/types/view_origins.hpp"
#include "json/fields.hpp"
#include "pg/sqlstate.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>

namespace basekeeper::types {
namespace {

// $1 everywhere: the schemas as a JSON array.
constexpr std::string_view schemas_sql = R"(
select n.nspname
from pg_catalog.pg_namespace n
where n.nspname = any (array(select pg_catalog.json_array_elements_text($1::pg_catalog.json)))
  and not pg_catalog.starts_with(n.nspname, 'pg_')
  and (pg_catalog.pg_has_role(n.nspowner, 'USAGE') or pg_catalog.has_schema_privilege(n.oid, 'CREATE, USAGE')))";

// Bits of pg_relation_is_updatable: 4 update, 8 insert. With triggers.
constexpr std::string_view relations_sql = R"(
select c.oid, n.nspname, c.relname, c.relkind,
  c.relkind = 'v' and pg_catalog.pg_relation_is_updatable(c.oid, true) & 8 = 8,
  c.relkind = 'v' and pg_catalog.pg_relation_is_updatable(c.oid, true) & 4 = 4
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = any (array(select pg_catalog.json_array_elements_text($1::pg_catalog.json)))
  and (c.relkind in ('v', 'm', 'f')
    or c.relkind in ('r', 'p') and (
      pg_catalog.pg_has_role(c.relowner, 'USAGE')
      or pg_catalog.has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
      or pg_catalog.has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE, REFERENCES'))))";

// A domain counts as what it is over. A column of a view is writable when it is so by itself, or when a trigger (64:
// INSTEAD OF, 4: insert, 16: update) or an unconditional rule (2: update, 3: insert) takes the whole row.
constexpr std::string_view columns_sql = R"(
select c.oid, a.attname, coalesce(b.typname, t.typname), coalesce(bn.nspname, tn.nspname),
  not (a.attnotnull or t.typtype = 'd' and t.typnotnull),
  a.attidentity in ('a', 'd'),
  a.attidentity = 'a' or a.attgenerated <> '',
  a.atthasdef,
  c.relkind <> 'v' or pg_catalog.pg_column_is_updatable(c.oid, a.attnum, false)
    or exists (select from pg_catalog.pg_trigger g
      where g.tgrelid = c.oid and g.tgtype & 64 <> 0 and g.tgtype & 20 <> 0 and not g.tgisinternal)
    or exists (select from pg_catalog.pg_rewrite w
      where w.ev_class = c.oid and w.is_instead and w.ev_type in ('2', '3') and w.ev_qual::text = '<>')
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = c.oid
join pg_catalog.pg_type t on t.oid = a.atttypid
join pg_catalog.pg_namespace tn on tn.oid = t.typnamespace
left join pg_catalog.pg_type b on t.typtype = 'd' and b.oid = t.typbasetype
left join pg_catalog.pg_namespace bn on bn.oid = b.typnamespace
where n.nspname = any (array(select pg_catalog.json_array_elements_text($1::pg_catalog.json)))
  and c.relkind in ('r', 'v', 'm', 'f', 'p') and a.attnum > 0 and not a.attisdropped
  and (pg_catalog.pg_has_role(c.relowner, 'USAGE')
    or pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT, INSERT, UPDATE, REFERENCES'))
order by c.oid, a.attnum)";

constexpr std::string_view functions_sql = R"(
select f.oid, n.nspname, f.proname, pg_catalog.pg_get_function_arguments(f.oid),
  pg_catalog.pg_get_function_identity_arguments(f.oid), pg_catalog.pg_get_function_result(f.oid),
  f.prorettype, r.typrelid, f.proretset, case when f.proretset then f.prorows else 0 end
from pg_catalog.pg_proc f
join pg_catalog.pg_namespace n on n.oid = f.pronamespace
join pg_catalog.pg_type r on r.oid = f.prorettype
where n.nspname = any (array(select pg_catalog.json_array_elements_text($1::pg_catalog.json)))
  and f.prokind = 'f' and f.prorettype not in ('trigger'::pg_catalog.regtype, 'event_trigger'::pg_catalog.regtype))";

// The reference generator counts defaults over all arguments, not over those that are given; so does this.
constexpr std::string_view arguments_sql = R"(
select f.oid, coalesce(a.mode, 'i'), coalesce(a.name, ''), a.type,
  a.place > f.pronargs - f.pronargdefaults and a.place <= f.pronargs
from pg_catalog.pg_proc f
join pg_catalog.pg_namespace n on n.oid = f.pronamespace
cross join lateral rows from (
  unnest(coalesce(f.proallargtypes, f.proargtypes::oid[])), unnest(f.proargmodes), unnest(f.proargnames))
  with ordinality as a(type, mode, name, place)
where n.nspname = any (array(select pg_catalog.json_array_elements_text($1::pg_catalog.json))) and f.prokind = 'f'
order by f.oid, a.place)";

constexpr std::string_view types_sql = R"(
select t.oid, n.nspname, t.typname, pg_catalog.format_type(t.oid, null), t.typrelid
from pg_catalog.pg_type t
join pg_catalog.pg_namespace n on n.oid = t.typnamespace
left join pg_catalog.pg_class c on c.oid = t.typrelid
where t.typrelid = 0 or c.relkind in ('c', 'r', 'v', 'm', 'p', 'f'))";

constexpr std::string_view labels_sql = R"(
select e.enumtypid, e.enumlabel from pg_catalog.pg_enum e order by e.enumtypid, e.enumsortorder)";

constexpr std::string_view attributes_sql = R"(
select c.reltype, a.attname, a.atttypid
from pg_catalog.pg_class c
join pg_catalog.pg_attribute a on a.attrelid = c.oid
where c.relkind = 'c' and not a.attisdropped
order by c.reltype, a.attnum)";

// One row per column of a key. One to one: the columns, as they are, are those of a primary key or unique constraint in
// the order of the table.
constexpr std::string_view foreign_keys_sql = R"(
select k.oid, k.conname, n.nspname, c.relname, rn.nspname, r.relname, k.conrelid, k.confrelid, k.conparentid <> 0,
  exists (select from pg_catalog.pg_constraint u
    where u.conrelid = k.conrelid and u.contype in ('p', 'u')
      and array(select m from unnest(u.conkey) m order by m) = k.conkey),
  pg_catalog.quote_ident(n.nspname) = n.nspname, p.number, p.referenced, a.attname, ra.attname
from pg_catalog.pg_constraint k
join pg_catalog.pg_namespace n on n.oid = k.connamespace
join pg_catalog.pg_class c on c.oid = k.conrelid
join pg_catalog.pg_class r on r.oid = k.confrelid
join pg_catalog.pg_namespace rn on rn.oid = r.relnamespace
cross join lateral unnest(k.conkey, k.confkey) with ordinality as p(number, referenced, place)
join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = p.number
join pg_catalog.pg_attribute ra on ra.attrelid = k.confrelid and ra.attnum = p.referenced
where n.nspname = any (array(select pg_catalog.json_array_elements_text($1::pg_catalog.json))) and k.contype = 'f'
order by k.oid, p.place)";

constexpr std::string_view view_rules_sql = R"(
select c.oid, w.ev_action::text
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_rewrite w on w.ev_class = c.oid
where n.nspname = any (array(select pg_catalog.json_array_elements_text($1::pg_catalog.json)))
  and c.relkind in ('v', 'm'))";

constexpr std::string_view view_columns_sql = R"(
select c.oid, n.nspname, c.relname, a.attnum, a.attname
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = c.oid
where n.nspname = any (array(select pg_catalog.json_array_elements_text($1::pg_catalog.json)))
  and c.relkind in ('v', 'm') and a.attnum > 0)";

constexpr std::string_view rank_sql = R"(
select w.word from pg_catalog.json_array_elements_text($1::pg_catalog.json) w(word)
order by w.word collate pg_catalog."en-x-icu")";

/// The most that is read: a hostile or huge catalogue must not take all memory.
constexpr pg::caps most{
    .max_rows = 2'000'000, .max_bytes = std::size_t{128} << 20U, .max_row_bytes = std::size_t{32} << 20U
};

/// One row of an answer with typed access.
class row
{
public:
    row(const pg::row_set& of, std::size_t number) : of_(of), number_(number) {}

    std::string text(std::size_t column) const { return std::string(view(column)); }

    std::string_view view(std::size_t column) const { return of_.value(number_, column).value_or(""); }

    bool truth(std::size_t column) const { return view(column) == "t"; }

    template <class Number>
    Number number(std::size_t column) const
    {
        Number n{};
        const auto digits = view(column);
        std::from_chars(digits.data(), digits.data() + digits.size(), n);
        return n;
    }

    pg::oid id(std::size_t column) const { return number<pg::oid>(column); }

private:
    const pg::row_set& of_;
    std::size_t number_;
};

template <class Use>
void for_each_row(const pg::statement_result& answer, Use use)
{
    for (std::size_t i = 0; i < answer.rows.size(); ++i)
        use(row(answer.rows, i));
}

/// Which answer is which: the order in which the statements are sent.
enum class part : std::size_t
{
    schemas,
    relations,
    columns,
    functions,
    arguments,
    types,
    labels,
    attributes,
    foreign_keys,
    view_rules,
    view_columns
};

struct answers
{
    std::vector<pg::statement_result> all; // the first two begin the transaction

    const pg::statement_result& of(part which) const { return all[2 + static_cast<std::size_t>(which)]; }
};

template <class Items>
std::unordered_map<pg::oid, std::size_t> places_by_id(const Items& items)
{
    std::unordered_map<pg::oid, std::size_t> out;
    for (std::size_t i = 0; i < items.size(); ++i)
        out.emplace(items[i].id, i);
    return out;
}

relation_kind kind_of(char relkind)
{
    return relkind == 'v'   ? relation_kind::view
           : relkind == 'm' ? relation_kind::materialized_view
           : relkind == 'f' ? relation_kind::foreign_table
                            : relation_kind::table;
}

std::vector<relation> relations_from(const answers& got)
{
    std::vector<relation> out;
    for_each_row(got.of(part::relations), [&](const row& r) {
        out.push_back({
            .id = r.id(0),
            .schema = r.text(1),
            .name = r.text(2),
            .kind = kind_of(r.view(3).empty() ? 'r' : r.view(3).front()),
            .takes_inserts = r.truth(4),
            .takes_updates = r.truth(5),
        });
    });
    const auto places = places_by_id(out);
    for_each_row(got.of(part::columns), [&](const row& r) {
        if (const auto at = places.find(r.id(0)); at != places.end())
            out[at->second].columns.push_back({
                .name = r.text(1),
                .type = r.text(2),
                .type_schema = r.text(3),
                .nullable = r.truth(4),
                .identity = r.truth(5),
                .computed = r.truth(6),
                .has_default = r.truth(7),
                .writable = r.truth(8),
            });
    });
    return out;
}

argument_mode mode_of(std::string_view mode)
{
    return mode == "o" ? argument_mode::output : mode == "t" ? argument_mode::table_column : argument_mode::input;
}

std::vector<function> functions_from(const answers& got)
{
    std::vector<function> out;
    for_each_row(got.of(part::functions), [&](const row& r) {
        out.push_back({
            .id = r.id(0),
            .schema = r.text(1),
            .name = r.text(2),
            .argument_types = r.text(3),
            .identity = r.text(4),
            .returns = r.text(5),
            .return_type = r.id(6),
            .return_relation = r.id(7),
            .returns_set = r.truth(8),
            .rows = r.number<double>(9),
        });
    });
    const auto places = places_by_id(out);
    for_each_row(got.of(part::arguments), [&](const row& r) {
        if (const auto at = places.find(r.id(0)); at != places.end())
            out[at->second].arguments.push_back(
                {.mode = mode_of(r.view(1)), .name = r.text(2), .type = r.id(3), .has_default = r.truth(4)}
            );
    });
    return out;
}

std::vector<type> types_from(const answers& got)
{
    std::vector<type> out;
    for_each_row(got.of(part::types), [&](const row& r) {
        out.push_back({.id = r.id(0), .schema = r.text(1), .name = r.text(2), .shown = r.text(3), .relation = r.id(4)});
    });
    const auto places = places_by_id(out);
    for_each_row(got.of(part::labels), [&](const row& r) {
        if (const auto at = places.find(r.id(0)); at != places.end())
            out[at->second].labels.push_back(r.text(1));
    });
    for_each_row(got.of(part::attributes), [&](const row& r) {
        if (const auto at = places.find(r.id(0)); at != places.end())
            out[at->second].attributes.push_back({.name = r.text(1), .type = r.id(2)});
    });
    return out;
}

std::vector<foreign_key> foreign_keys_from(const answers& got)
{
    std::vector<foreign_key> out;
    pg::oid current = 0;
    for_each_row(got.of(part::foreign_keys), [&](const row& r) {
        if (out.empty() || r.id(0) != current)
            out.push_back({
                .name = r.text(1),
                .schema = r.text(2),
                .relation = r.text(3),
                .referenced_schema = r.text(4),
                .referenced_relation = r.text(5),
                .table = r.id(6),
                .referenced_table = r.id(7),
                .inherited = r.truth(8),
                .one_to_one = r.truth(9),
                .plain_schema = r.truth(10),
            });
        current = r.id(0);
        auto& key = out.back();
        key.numbers.push_back(r.number<int>(11));
        key.referenced_numbers.push_back(r.number<int>(12));
        key.columns.push_back(r.text(13));
        key.referenced_columns.push_back(r.text(14));
    });
    return out;
}

result<std::vector<relationship>> relationships_from(const answers& got)
{
    std::map<pg::oid, std::vector<result_column>> rules;
    for_each_row(got.of(part::view_rules), [&](const row& r) {
        auto& columns = rules[r.id(0)];
        const auto more = read_target_list(r.view(1));
        columns.insert(columns.end(), more.begin(), more.end());
    });
    std::map<pg::oid, view_names> views;
    for_each_row(got.of(part::view_columns), [&](const row& r) {
        auto& view = views[r.id(0)];
        view.schema = r.text(1);
        view.name = r.text(2);
        view.columns.emplace(r.number<int>(3), r.text(4));
    });
    return relate(foreign_keys_from(got), follow(rules), views);
}

std::string as_json(const std::vector<std::string>& texts)
{
    std::string out;
    json::encode(out, texts);
    return out;
}

std::vector<pg::statement> statements_for(const std::vector<std::string>& schemas)
{
    std::vector<pg::statement> out;
    out.push_back({.sql = "begin transaction isolation level repeatable read, read only"});
    // The estimates of catalogue queries are high enough to compile them, which takes longer than to run them.
    out.push_back({.sql = "set local jit = off"});
    const auto asked = as_json(schemas);
    for (const auto sql : {schemas_sql, relations_sql, columns_sql, functions_sql, arguments_sql})
        out.push_back({.sql = std::string(sql), .params = {{asked}}});
    for (const auto sql : {types_sql, labels_sql, attributes_sql})
        out.push_back({.sql = std::string(sql)});
    for (const auto sql : {foreign_keys_sql, view_rules_sql, view_columns_sql})
        out.push_back({.sql = std::string(sql), .params = {{asked}}});
    out.push_back({.sql = "rollback"});
    return out;
}

result<> check_schemas(const std::vector<std::string>& asked, const std::vector<std::string>& found)
{
    for (const auto& name : asked)
        if (std::ranges::find(found, name) == found.end())
            return fail(
                condition::not_found,
                fmt::format("schemas: \"{}\" is not there, or this login may not use it", name),
                "list_tables shows the schemas with tables; a login needs USAGE on a schema to see it"
            );
    return {};
}

result<catalogue> catalogue_from(const answers& got, const std::vector<std::string>& asked)
{
    for (const auto& one : got.all)
        if (one.truncated != pg::truncation::none)
            return fail(
                condition::invalid_argument,
                fmt::format("the schemas {} hold more than can be read at once", fmt::join(asked, ", ")),
                "ask for fewer schemas"
            );
    catalogue out;
    for_each_row(got.of(part::schemas), [&](const row& r) { out.schemas.push_back(r.text(0)); });
    TRY(check_schemas(asked, out.schemas));
    out.relations = relations_from(got);
    out.functions = functions_from(got);
    out.types = types_from(got);
    attach(out.relations, TRY(relationships_from(got)));
    return out;
}

} // namespace

io::task<result<catalogue>> read_catalogue(pg::connection& db, std::vector<std::string> schemas, io::deadline until)
{
    auto got = CO_TRY(co_await db.run(statements_for(schemas), most, until));
    if (!got.ok())
        co_return std::unexpected(std::move(*got.failure).within("reading the catalogue"));
    co_return catalogue_from({std::move(got.results)}, schemas);
}

io::task<result<std::vector<std::string>>>
rank_names(pg::connection& db, std::vector<std::string> names, io::deadline until)
{
    pg::statement ask{.sql = std::string(rank_sql), .params = {{as_json(names)}}};
    auto got = co_await db.query(std::move(ask), most, pg::overflow::drain, until);
    if (!got && got.error().sqlstate == "42704") {
        std::ranges::sort(names);
        co_return names;
    }
    if (!got)
        co_return std::unexpected(std::move(got).error());
    std::vector<std::string> sorted;
    for_each_row(*got, [&](const row& r) { sorted.push_back(r.text(0)); });
    co_return sorted;
}

} // namespace basekeeper::types
