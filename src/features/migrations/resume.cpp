// Finding out how things stand: after a crash, after a lost connection, after a statement that left half its work.
#include "features/migrations/attempt.hpp"

#include <fmt/format.h>

namespace basekeeper::migrations {
namespace {

constexpr std::string_view index_sql = R"(
select i.indisvalid, pg_catalog.format('drop index concurrently %I.%I', n.nspname, c.relname)
from pg_catalog.pg_index i
join pg_catalog.pg_class c on c.oid operator(pg_catalog.=) i.indexrelid
join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
where c.relname operator(pg_catalog.=) $2::pg_catalog.name
  and (i.indrelid operator(pg_catalog.=) pg_catalog.to_regclass($1)
       or (i.indexrelid operator(pg_catalog.=) pg_catalog.to_regclass($3))))";

// REINDEX CONCURRENTLY builds copies with these endings.
constexpr std::string_view copies_sql = R"(
select pg_catalog.format('drop index concurrently %I.%I', n.nspname, c.relname)
from pg_catalog.pg_index i
join pg_catalog.pg_class c on c.oid operator(pg_catalog.=) i.indexrelid
join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
where not i.indisvalid and c.relname operator(pg_catalog.~) '_cc(new|old)[0-9]*$'
  and (i.indrelid operator(pg_catalog.=) pg_catalog.to_regclass($1)
       or i.indrelid operator(pg_catalog.=) (select o.indrelid from pg_catalog.pg_index o
                          where o.indexrelid operator(pg_catalog.=) pg_catalog.to_regclass($1))))";

constexpr std::string_view partition_sql = R"(
select h.inhdetachpending, pg_catalog.format('alter table %s detach partition %s finalize',
                                             h.inhparent::pg_catalog.regclass, h.inhrelid::pg_catalog.regclass)
from pg_catalog.pg_inherits h
where h.inhparent operator(pg_catalog.=) pg_catalog.to_regclass($1)
  and h.inhrelid operator(pg_catalog.=) pg_catalog.to_regclass($2))";

constexpr std::string_view database_sql =
    "select from pg_catalog.pg_database d where d.datname operator(pg_catalog.=) $1::pg_catalog.name";

} // namespace

io::task<result<>> attempt::reconnect()
{
    auto open = co_await on_.reopen(for_the_record());
    if (open)
        open = co_await on_.refresh(for_the_record());
    if (!open) {
        auto e = std::move(open).error().within(
            "the connection was lost, and what became of the work cannot be looked at yet"
        );
        e.hint = "run it again when the database answers: it looks first, and goes on from what is there";
        co_return fail(std::move(e));
    }
    co_return co_await restore_settings(done_);
}

io::task<result<bool>> attempt::is_committed(const step& what)
{
    // Asked by the login, not by a role that the script has taken.
    CO_TRY(co_await on_.refresh(for_the_record()));
    const auto now = CO_TRY(co_await ask_standing(on_.db(), job_.version, for_the_record()));
    CO_TRY(co_await restore_settings(done_));
    const bool deleted = is_last(what) && job_.way == direction::down;
    co_return deleted ? now.run.empty() && !now.in_history : now.run == run_;
}

/// True when the transaction was committed after all; else `why` says what is certain.
io::task<result<bool>> attempt::settle(const step& what, error& why)
{
    const bool was_lost = on_.lost();
    if (was_lost)
        CO_TRY(co_await reconnect());
    if (CO_TRY(co_await is_committed(what))) {
        out_.notes.emplace_back("the answer to COMMIT was lost; looked again: it was committed");
        co_return true;
    }
    if (was_lost) {
        why.code = condition::unavailable;
        why.message = "the connection was lost; looked again: the transaction was rolled back (" + why.message + ")";
        why.hint = "run it again";
        why.sqlstate.clear();
    }
    co_return false;
}

io::task<result<>> attempt::restore_settings(std::size_t first)
{
    std::vector<pg::statement> settings;
    for (std::size_t n = 0; n < first && n < job_.what.statements.size(); ++n)
        if (job_.what.statements[n].settings == sql::setting_scope::session)
            settings.push_back({.sql = std::string(job_.what.statement(n))});
    if (settings.empty())
        co_return result<>{};
    auto ran = CO_TRY(co_await on_.db().run(std::move(settings), pg::caps{}, for_the_record()));
    if (!ran.ok())
        co_return fail(std::move(*ran.failure).within("repeating the settings of statements that are done"));
    co_return result<>{};
}

io::task<result<std::size_t>> attempt::where_to_begin()
{
    if (!job_.found)
        co_return std::size_t{0};
    const auto& left = *job_.found;
    auto& all = job_.what.statements;
    if (left.done > all.size() || checksum(job_.what, left.done) != left.done_checksum)
        co_return fail(
            condition::conflict,
            fmt::format(
                "{}: an earlier run did the first {} of its statements, and these read otherwise now",
                title(),
                left.done
            ),
            "restore the text as it was to go on, or undo it with rollback_migration"
        );
    recorded_ = true;
    auto begin = left.done;
    done_ = begin;
    if (begin > 0)
        out_.notes.push_back(fmt::format("went on behind statement {} of an earlier run", begin));
    if (!left.alone || *left.alone != begin || begin >= all.size())
        co_return begin;
    all[begin].runs = sql::placement::alone;
    if (all[begin].why.empty())
        all[begin].why = all[begin].kind;
    CO_TRY(co_await restore_settings(begin));
    const auto number = begin + 1;
    switch (CO_TRY(co_await look_after(begin))) {
    case effect_seen::done:
        out_.notes.push_back(fmt::format("statement {} was interrupted, and had taken effect", number));
        ++begin;
        break;
    case effect_seen::not_done:
        out_.notes.push_back(fmt::format("statement {} was interrupted: it ran again", number));
        break;
    case effect_seen::unknown:
        doubtful_ = begin;
        out_.notes.push_back(
            fmt::format("statement {} was interrupted, with what effect cannot be seen: it ran again", number)
        );
        break;
    }
    co_return begin;
}

io::task<result<effect_seen>> attempt::look_after(std::size_t n)
{
    const auto& one = job_.what.statements[n];
    switch (one.after) {
    case sql::aftermath::builds_index:
    case sql::aftermath::drops_index:
        co_return co_await look_at_index(one);
    case sql::aftermath::rebuilds_indexes:
        CO_TRY(co_await drop_copies(one));
        co_return effect_seen::not_done;
    case sql::aftermath::detaches:
        co_return co_await look_at_partition(one);
    case sql::aftermath::makes_database:
    case sql::aftermath::drops_database:
        co_return co_await look_at_database(one);
    case sql::aftermath::harmless:
        co_return effect_seen::not_done;
    case sql::aftermath::unknown:
        break;
    }
    co_return effect_seen::unknown;
}

io::task<result<effect_seen>> attempt::look_at_index(const sql::script_statement& one)
{
    const auto over = one.over.name.empty() ? std::string() : sql::to_text(one.over);
    std::vector<pg::parameter> names{{over}, {one.subject.name}, {sql::to_text(one.subject)}};
    if (over.empty())
        names[0].value.reset();
    const auto found = CO_TRY(co_await on_.db().query(std::string(index_sql), std::move(names), for_the_record()));
    const bool there = !found.rows.empty();
    const bool valid = there && found.rows.value(0, 0) == "t";
    if (one.after == sql::aftermath::drops_index)
        co_return there ? effect_seen::not_done : effect_seen::done;
    if (there && !valid) {
        out_.notes.push_back(fmt::format("the invalid index that statement {} had left was dropped", done_ + 1));
        CO_TRY(co_await on_.db().query(std::string(found.rows.value(0, 1).value_or("")), {}, until_));
    }
    co_return valid ? effect_seen::done : effect_seen::not_done;
}

io::task<result<>> attempt::drop_copies(const sql::script_statement& one)
{
    if (one.over.name.empty())
        co_return result<>{};
    std::vector<pg::parameter> name{{sql::to_text(one.over)}};
    const auto found = CO_TRY(co_await on_.db().query(std::string(copies_sql), std::move(name), for_the_record()));
    for (std::size_t r = 0; r < found.rows.size(); ++r) {
        CO_TRY(co_await on_.db().query(std::string(found.rows.value(r, 0).value_or("")), {}, until_));
        out_.notes.push_back(fmt::format("an invalid copy that statement {} had left was dropped", done_ + 1));
    }
    co_return result<>{};
}

io::task<result<effect_seen>> attempt::look_at_partition(const sql::script_statement& one)
{
    std::vector<pg::parameter> names{{sql::to_text(one.over)}, {sql::to_text(one.subject)}};
    const auto found = CO_TRY(co_await on_.db().query(std::string(partition_sql), std::move(names), for_the_record()));
    if (found.rows.empty())
        co_return effect_seen::done;
    if (found.rows.value(0, 0) != "t")
        co_return effect_seen::not_done;
    CO_TRY(co_await on_.db().query(std::string(found.rows.value(0, 1).value_or("")), {}, until_));
    out_.notes.push_back(fmt::format("the detaching that statement {} had begun was finalised", done_ + 1));
    co_return effect_seen::done;
}

io::task<result<effect_seen>> attempt::look_at_database(const sql::script_statement& one)
{
    const auto found =
        CO_TRY(co_await on_.db().query(std::string(database_sql), {{one.subject.name}}, for_the_record()));
    const bool there = !found.rows.empty();
    co_return there == (one.after == sql::aftermath::makes_database) ? effect_seen::done : effect_seen::not_done;
}

} // namespace basekeeper::migrations
