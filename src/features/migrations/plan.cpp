// Groups the statements of a script into steps and refuses what a migration must not hold.
#include "features/migrations/plan.hpp"

#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"
#include "features/migrations/excerpt.hpp"

#include <fmt/format.h>

namespace basekeeper::migrations {
namespace {

/// The refusal of one statement, with its place.
std::unexpected<error> refuse(const plan& of, std::size_t statement, std::string_view why, std::string hint)
{
    const auto begin = of.statements[statement].code;
    error e(
        condition::invalid_argument,
        fmt::format("statement {}, {}: {}", statement + 1, place_text(place_at(of.text, begin)), why),
        std::move(hint)
    );
    e.server_text = excerpt(of.text, begin);
    return fail(std::move(e));
}

/// BEGIN and COMMIT around a whole script say what is done anyway: they are left out.
void unwrap(plan& of)
{
    auto& all = of.statements;
    if (all.size() < 2 || all.front().transaction != sql::transaction_word::opens ||
        all.back().transaction != sql::transaction_word::commits)
        return;
    all.erase(all.begin());
    all.pop_back();
}

result<> check(const plan& of, std::size_t n)
{
    const auto& one = of.statements[n];
    switch (one.transaction) {
    case sql::transaction_word::none:
    case sql::transaction_word::savepoint:
        break;
    default:
        return refuse(
            of,
            n,
            fmt::format("{} is not allowed, a migration has its own transaction", one.kind),
            "leave it out, or put BEGIN first and COMMIT last; for several transactions write several migrations"
        );
    }
    if (one.copies_from_client)
        return refuse(
            of, n, "COPY ... FROM STDIN takes data that a migration cannot carry", "write the rows as INSERT"
        );
    if (one.discards_session)
        return refuse(
            of, n, "DISCARD ALL would take away the lock that keeps other runners out", "write RESET ALL instead"
        );
    if (one.after == sql::aftermath::builds_index && one.subject.name.empty())
        return refuse(
            of,
            n,
            "an index that is built concurrently needs a name, so that it can be found again after a crash",
            "write CREATE INDEX CONCURRENTLY name ON ..."
        );
    return {};
}

} // namespace

std::string_view plan::statement(std::size_t n) const
{
    const auto& one = statements[n];
    return std::string_view(text).substr(one.begin, one.end - one.begin);
}

std::vector<step> plan::steps_from(std::size_t first) const
{
    std::vector<step> out;
    bool open = false;
    for (std::size_t n = first; n < statements.size(); ++n) {
        const auto& one = statements[n];
        if (one.runs == sql::placement::alone) {
            out.push_back({.first = n, .count = 1, .alone = true, .why = one.why});
            open = false;
            continue;
        }
        if (open)
            ++out.back().count;
        else
            out.push_back({.first = n});
        open = one.runs != sql::placement::then_commit;
        if (!open)
            out.back().why = one.why;
    }
    return out;
}

std::vector<std::string> plan::statement_texts() const
{
    std::vector<std::string> out;
    out.reserve(statements.size());
    for (std::size_t n = 0; n < statements.size(); ++n)
        out.emplace_back(statement(n));
    return out;
}

std::string_view without_mark(std::string_view text)
{
    constexpr std::string_view mark = "\xef\xbb\xbf";
    return text.starts_with(mark) ? text.substr(mark.size()) : text;
}

result<plan> make_plan(std::string script)
{
    script.erase(0, script.size() - without_mark(script).size());
    auto read = sql::read_script(script);
    if (!read) {
        auto e = std::move(read).error();
        if (e.position > 0) {
            const auto at = byte_of(script, 0, e.position);
            e.message = fmt::format("{}: {}", place_text(place_at(script, at)), e.message);
            e.server_text += (e.server_text.empty() ? "" : "\n") + excerpt(script, at);
        }
        return fail(std::move(e));
    }
    plan out{.text = std::move(script), .statements = *std::move(read)};
    unwrap(out);
    if (out.statements.empty())
        return fail(condition::invalid_argument, "there is no statement in it", "write at least one SQL statement");
    for (std::size_t n = 0; n < out.statements.size(); ++n)
        TRY(check(out, n));
    return out;
}

error at_statement(error e, const plan& of, std::size_t n, std::string_view doing)
{
    const auto& one = of.statements[n];
    const auto byte = e.position > 0 ? byte_of(of.text, one.begin, e.position) : one.code;
    e.message = fmt::format(
        "{}: statement {} of {} ({}), {}: {}",
        doing,
        n + 1,
        of.statements.size(),
        one.kind,
        place_text(place_at(of.text, byte)),
        e.message
    );
    e.server_text += (e.server_text.empty() ? "" : "\n") + excerpt(of.text, byte);
    e.position = 0; // told; and it would count from the beginning of another text
    return e;
}

std::string checksum(std::string_view text)
{
    return crypto::to_hex(crypto::sha256(without_mark(text)));
}

std::string checksum(const plan& of, std::size_t count)
{
    crypto::sha256_hasher hash;
    for (std::size_t n = 0; n < count && n < of.statements.size(); ++n)
        hash.update(of.statement(n)).update(";");
    return crypto::to_hex(hash.finish());
}

} // namespace basekeeper::migrations
