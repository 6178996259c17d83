// Statements for tables, constraints, indexes, partitions, sequences and statistics.
#include "features/schema_diff/judgement.hpp"
#include "features/schema_diff/write_columns.hpp"
#include "features/schema_diff/writing.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::schema_diff {
namespace {

/// The expression among what is written inline that is the default of this column.
std::string_view inlined_default(const writing& w, const fact& column, const std::vector<fact_number>& inlined)
{
    for (const auto n : inlined) {
        const auto& f = w.of.after()[n];
        if (f.id.what == kind::column_default && f.id.part == column.id.part)
            return f.at("expression");
    }
    return {};
}

/// A column that a child table has from its parents is not written again; a partition is made alone, then attached.
bool is_written(const fact& table, const fact& column)
{
    return table.has("_partition") || column.has("_local") || !column.has("_inherited");
}

std::string table_sql(const writing& w, const change& c, const std::vector<fact_number>& inlined)
{
    const auto& f = w.after(c);
    auto sql = fmt::format("create {}table {}", f.at("persistence") == "u" ? "unlogged " : "", f.id.qualified());
    std::string lines;
    const auto add = [&](const std::string& line) { lines.append(lines.empty() ? "\n  " : ",\n  ").append(line); };
    if (f.has("of_type"))
        sql.append(" of ").append(f.at("of_type"));
    for (const auto n : w.of.after().within(c.after)) {
        const auto& column = w.of.after()[n];
        if (column.id.what != kind::column || !is_written(f, column))
            continue;
        const auto value = inlined_default(w, column, inlined);
        if (!f.has("of_type"))
            add(column_definition(column, value));
        else if (!value.empty())
            add(fmt::format("{} with options default {}", column.id.part, value));
    }
    for (const auto n : inlined)
        if (const auto& k = w.of.after()[n]; k.id.what == kind::constraint)
            add(fmt::format("constraint {} {}", k.id.part, k.at("definition")));
    if (!f.has("of_type") || !lines.empty())
        sql += fmt::format(" ({}\n)", lines);
    if (f.has("inherits"))
        sql += fmt::format(" inherits ({})", joined(f.at("inherits")));
    if (f.has("partition_by"))
        sql += fmt::format(" partition by {}", f.at("partition_by"));
    if (f.has("access_method"))
        sql += fmt::format(" using {}", f.at("access_method"));
    if (f.has("options"))
        sql += fmt::format(" with ({})", joined(f.at("options")));
    return sql;
}

void write_row_security(const writing& w, const fact* before, const fact& after)
{
    const auto say = [&](std::string_view what) {
        w.to.push_back(
            {.sql = fmt::format("alter table {} {} row level security", after.id.qualified(), what),
             .object = describe(after.id),
             .lock = lock_class::access_exclusive}
        );
    };
    if ((before != nullptr && before->has("row_security")) != after.has("row_security"))
        say(after.has("row_security") ? "enable" : "disable");
    if ((before != nullptr && before->has("row_security_for_owner")) != after.has("row_security_for_owner"))
        say(after.has("row_security_for_owner") ? "force" : "no force");
}

void change_parents(const writing& w, const fact& before, const fact& after)
{
    const auto had = parts_of(before.at("inherits"));
    const auto wanted = parts_of(after.at("inherits"));
    const auto say = [&](std::string_view word, std::string_view parent) {
        w.to.push_back(
            {.sql = fmt::format("alter table {} {} {}", after.id.qualified(), word, parent),
             .object = describe(after.id),
             .lock = lock_class::access_exclusive}
        );
    };
    for (const auto& parent : had)
        if (!holds(wanted, parent))
            say("no inherit", parent);
    for (const auto& parent : wanted)
        if (!holds(had, parent))
            say("inherit", parent);
}

void alter_table(const writing& w, const change& c)
{
    const auto& before = w.before(c);
    const auto& after = w.after(c);
    const auto d = differences(before, after, w.of.rules());
    const auto rewrite = [&](const std::string& what) {
        w.to.push_back(
            {.sql = fmt::format("alter table {} {}", after.id.qualified(), what),
             .object = describe(after.id),
             .lock = lock_class::access_exclusive,
             .work = row_work::rewrite}
        );
    };
    if (holds(d, "persistence"))
        rewrite(after.at("persistence") == "u" ? "set unlogged" : "set logged");
    if (holds(d, "access_method"))
        rewrite(fmt::format("set access method {}", after.has("access_method") ? after.at("access_method") : "heap"));
    if (holds(d, "inherits"))
        change_parents(w, before, after);
    // What concerns the TOAST table is said last: a column may have to come first that needs one.
    change_options(
        w,
        after,
        options_for(option_target::table, before.at("options")),
        options_for(option_target::table, after.at("options")),
        {.lock = lock_class::share_update_exclusive}
    );
    write_row_security(w, &before, after);
    redress(w, c);
}

/// Storage parameters of the index behind a constraint, which has its name.
void write_constraint_options(const writing& w, std::string_view from, const fact& after)
{
    const fact index{.id = {kind::index, after.id.schema, after.id.part, {}}, .attributes = {}};
    change_options(w, index, from, after.at("options"), {.lock = lock_class::share_update_exclusive});
}

void create_table(const writing& w, const change& c, const std::vector<fact_number>& inlined)
{
    const auto& f = w.after(c);
    w.to.push_back({.sql = table_sql(w, c, inlined), .object = describe(f.id)});
    write_row_security(w, nullptr, f);
    dress(w, f);
    for (const auto n : w.of.after().within(c.after))
        if (w.of.after()[n].id.what == kind::column)
            dress_column(w, w.of.after()[n]);
    for (const auto n : inlined)
        if (const auto& part = w.of.after()[n]; part.id.what == kind::constraint) {
            write_constraint_options(w, {}, part);
            dress(w, part);
        }
}

step constraint_step(const writing& w, const fact& f, const std::string& what)
{
    const auto table = f.inside == no_fact ? nullptr : &w.of.after()[f.inside];
    const auto type = f.at("type");
    const bool by_index = type == "p" || type == "u" || type == "x";
    const bool only = by_index && table != nullptr && table->has("partition_by");
    step s{
        .sql = fmt::format("alter table {}{} {}", only ? "only " : "", f.id.qualified(), what),
        .object = describe(f.id),
        .lock = type == "f" ? lock_class::share_row_exclusive : lock_class::access_exclusive
    };
    if (by_index)
        s.work = row_work::build;
    else if (!f.at("definition").ends_with("NOT VALID"))
        s.work = row_work::scan;
    if (s.work == row_work::scan)
        s.note = "NOT VALID first and VALIDATE CONSTRAINT later would hold the lock for a moment only";
    return s;
}

void create_constraint(const writing& w, const fact& f)
{
    w.to.push_back(constraint_step(w, f, fmt::format("add constraint {} {}", f.id.part, f.at("definition"))));
    write_constraint_options(w, {}, f);
    dress(w, f);
}

void alter_constraint(const writing& w, const change& c)
{
    const auto& before = w.before(c);
    const auto& after = w.after(c);
    if (before.at("definition") != after.at("definition")) {
        const auto wanted = after.at("definition");
        const bool was_open = before.at("definition").ends_with(" NOT VALID") && !wanted.ends_with(" NOT VALID");
        step s{.object = describe(after.id), .lock = lock_class::share_update_exclusive, .work = row_work::scan};
        std::string_view when = "not deferrable";
        if (wanted.contains(" DEFERRABLE INITIALLY DEFERRED"))
            when = "deferrable initially deferred";
        else if (wanted.contains(" DEFERRABLE"))
            when = "deferrable initially immediate";
        s.sql = was_open
                    ? fmt::format("alter table {} validate constraint {}", after.id.qualified(), after.id.part)
                    : fmt::format("alter table {} alter constraint {} {}", after.id.qualified(), after.id.part, when);
        if (!was_open) {
            s.lock = lock_class::access_exclusive;
            s.work = row_work::none;
        }
        w.to.push_back(std::move(s));
    }
    write_constraint_options(w, before.at("options"), after);
    redress(w, c);
}

void write_index_statistics(const writing& w, const fact* before, const fact& after)
{
    const auto had = before == nullptr ? std::vector<std::string_view>{} : parts_of(before->at("statistics"));
    const auto wanted = parts_of(after.at("statistics"));
    const auto say = [&](std::string_view column, std::string_view value) {
        w.to.push_back(
            {.sql =
                 fmt::format("alter index {} alter column {} set statistics {}", after.id.qualified(), column, value),
             .object = describe(after.id),
             .lock = lock_class::share_update_exclusive}
        );
    };
    const auto name_of = [](std::string_view each) { return each.substr(0, each.find(' ')); };
    for (const auto& each : had)
        if (std::ranges::find(wanted, name_of(each), name_of) == wanted.end())
            say(name_of(each), "-1");
    for (const auto& each : wanted)
        if (!holds(had, each))
            say(name_of(each), each.substr(each.find(' ') + 1));
}

void create_index(const writing& w, const fact& f)
{
    w.to.push_back(
        {.sql = std::string(f.at("definition")),
         .object = describe(f.id),
         .lock = lock_class::share,
         .work = row_work::build,
         .note = "CREATE INDEX CONCURRENTLY, outside a transaction, would let writes go on"}
    );
    write_index_statistics(w, nullptr, f);
    dress(w, f);
}

void create_sequence(const writing& w, const fact& f)
{
    auto sql = fmt::format("create {}sequence {}", f.at("persistence") == "u" ? "unlogged " : "", f.id.qualified());
    if (f.at("type") != "bigint")
        sql.append(" as ").append(f.at("type"));
    if (!f.has("_plain"))
        sql.append(" ").append(f.at("options"));
    w.to.push_back({.sql = std::move(sql), .object = describe(f.id)});
    dress(w, f);
}

void alter_sequence(const writing& w, const change& c)
{
    const auto& before = w.before(c);
    const auto& after = w.after(c);
    const auto say = [&](const std::string& what) {
        w.to.push_back(
            {.sql = fmt::format("alter sequence {} {}", after.id.qualified(), what), .object = describe(after.id)}
        );
    };
    if (before.at("type") != after.at("type") || before.at("options") != after.at("options"))
        say(fmt::format(
            "as {} {}{}",
            after.at("type"),
            after.at("options"),
            restart_if_outside(before.at("_last_value"), after.at("options"), "restart")
        ));
    if (before.at("persistence") != after.at("persistence"))
        say(after.at("persistence") == "u" ? "set unlogged" : "set logged");
    redress(w, c);
}

void write_statistics_target(const writing& w, const fact& f)
{
    w.to.push_back(
        {.sql = fmt::format(
             "alter statistics {} set statistics {}", f.id.qualified(), f.has("target") ? f.at("target") : "-1"
         ),
         .object = describe(f.id)}
    );
}

void attach(const writing& w, const fact& f)
{
    const bool table = f.id.what == kind::table_attachment;
    step s{
        .sql =
            fmt::format("alter {} {} attach partition {}", table ? "table" : "index", f.at("parent"), f.id.qualified()),
        .object = describe(f.id),
        .lock = lock_class::share_update_exclusive
    };
    if (table) {
        s.sql.append(" ").append(f.at("bound"));
        s.work = row_work::scan;
        s.note = "a valid CHECK that repeats the bound spares the scan";
    }
    w.to.push_back(std::move(s));
}

} // namespace

bool create_table_part(const writing& w, const change& c, const std::vector<fact_number>& inlined)
{
    const auto& f = w.after(c);
    switch (f.id.what) {
    case kind::table:
        create_table(w, c, inlined);
        return true;
    case kind::column:
        create_column(w, f, inlined_default(w, f, inlined));
        return true;
    case kind::column_default:
        write_default(w, f, f.at("expression"));
        return true;
    case kind::constraint:
        create_constraint(w, f);
        return true;
    case kind::index:
        create_index(w, f);
        return true;
    case kind::sequence:
        create_sequence(w, f);
        return true;
    case kind::sequence_owner:
        w.to.push_back(
            {.sql = fmt::format("alter sequence {} owned by {}", f.id.qualified(), f.at("column")),
             .object = describe(f.id)}
        );
        return true;
    case kind::table_attachment:
    case kind::index_attachment:
        attach(w, f);
        return true;
    case kind::statistics:
        w.to.push_back(
            {.sql = std::string(f.at("definition")),
             .object = describe(f.id),
             .lock = lock_class::share_update_exclusive}
        );
        if (f.has("target"))
            write_statistics_target(w, f);
        dress(w, f);
        return true;
    default:
        return false;
    }
}

bool alter_table_part(const writing& w, const change& c)
{
    const auto& after = w.after(c);
    switch (after.id.what) {
    case kind::table:
        alter_table(w, c);
        return true;
    case kind::column:
        alter_column(w, c);
        return true;
    case kind::column_default:
        write_default(w, after, after.at("expression"));
        return true;
    case kind::constraint:
        alter_constraint(w, c);
        return true;
    case kind::index:
        write_index_statistics(w, &w.before(c), after);
        redress(w, c);
        return true;
    case kind::sequence:
        alter_sequence(w, c);
        return true;
    case kind::sequence_owner:
        return create_table_part(w, c, {});
    case kind::statistics:
        if (w.before(c).at("target") != after.at("target"))
            write_statistics_target(w, after);
        redress(w, c);
        return true;
    default:
        return false;
    }
}

bool drop_table_part(const writing& w, const change& c)
{
    const auto& f = w.before(c);
    step s{.sql = "drop " + phrase(f), .object = describe(f.id), .lock = lock_class::access_exclusive};
    switch (f.id.what) {
    case kind::table:
        s.loses = loss::data;
        s.note = "all rows of the table are lost";
        break;
    case kind::column:
        drop_column(w, c);
        return true;
    case kind::column_default:
        write_default(w, f, {});
        return true;
    case kind::constraint:
        s.sql = fmt::format("alter table {} drop constraint {}", f.id.qualified(), f.id.part);
        break;
    case kind::index:
        break;
    case kind::statistics:
        s.lock = lock_class::share_update_exclusive;
        break;
    case kind::sequence:
        s.loses = loss::definition;
        s.note = "where the sequence stood is lost";
        break;
    case kind::sequence_owner:
        s = {.sql = fmt::format("alter sequence {} owned by none", f.id.qualified()), .object = describe(f.id)};
        break;
    case kind::table_attachment:
        s.sql = fmt::format("alter table {} detach partition {}", f.at("parent"), f.id.qualified());
        break;
    case kind::index_attachment: // goes with its table's
        return true;
    case kind::enum_type:
    case kind::composite_type:
    case kind::range_type:
    case kind::domain:
        s.lock = lock_class::none;
        s.loses = loss::definition;
        break;
    case kind::domain_constraint:
        s = {
            .sql = fmt::format("alter domain {} drop constraint {}", f.id.qualified(), f.id.part),
            .object = describe(f.id)
        };
        break;
    default:
        return false;
    }
    w.to.push_back(std::move(s));
    return true;
}

} // namespace basekeeper::schema_diff
