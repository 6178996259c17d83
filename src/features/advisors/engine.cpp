// One look around, then one round trip per lint; what is found is grouped, cut and put in order.
#include "features/advisors/engine.hpp"

#include "crypto/bytes.hpp"
#include "crypto/encoding.hpp"
#include "features/advisors/lints.hpp"
#include "features/advisors/session.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <ranges>
#include <tuple>

namespace basekeeper::advisors {
namespace {

constexpr std::size_t objects_in_overview = 3;
constexpr std::size_t findings_per_page = 50;
constexpr std::size_t longest_remedy = 16'384;
constexpr std::size_t longest_remedy_in_overview = 1'024;
constexpr pg::oid text_type = 25;
constexpr pg::oid integer_type = 23;

// Around the query of every lint: $4 the object after which the page begins, $5 rows at most. The order is that of
// bytes, whatever the collation of the database.
constexpr std::string_view page_sql = R"(
with finding(object, detail, remedy, next) as materialized ({}
)
select f.object, left(f.detail, 800), f.remedy::text, f.next, (select count(*) from finding)
from finding f where f.object collate "C" > $4
order by f.object collate "C" limit $5)";

/// Findings of one lint from some place on, and how many there are in all.
struct found
{
    std::vector<finding> findings;
    std::int64_t count = 0;
};

finding finding_from(const pg::row_set& rows, std::size_t row, const lint& of)
{
    finding out;
    out.object = rows.value(row, 0).value_or("");
    out.detail = rows.value(row, 1).value_or("");
    if (rows.value(row, 2)) {
        out.remedy = texts_from(rows.value(row, 2));
        if (of.complete != nullptr)
            for (auto& statement : *out.remedy)
                statement = of.complete(statement);
    }
    if (const auto next = rows.value(row, 3))
        out.next = std::string(*next);
    return out;
}

io::task<result<found>> look_for(
    pg::connection& db, const lint& what, const surroundings& seen, std::string after, std::size_t limit, io::deadline u
)
{
    pg::statement ask_for{.sql = fmt::format(page_sql, *what.sql), .params = schema_parameters(seen.exposed.schemas)};
    ask_for.params.push_back({std::string(what.role), text_type});
    ask_for.params.push_back({std::move(after), text_type});
    ask_for.params.push_back({std::to_string(limit), integer_type});
    const auto answer = CO_TRY(co_await ask(db, std::move(ask_for), u));
    found out;
    for (std::size_t row = 0; row < answer.rows.size(); ++row)
        out.findings.push_back(finding_from(answer.rows, row, what));
    if (!answer.rows.empty()) {
        const auto count = answer.rows.value(0, 4).value_or("0");
        std::from_chars(count.data(), count.data() + count.size(), out.count);
    }
    co_return out;
}

std::size_t bytes_of_remedy(const finding& f)
{
    std::size_t bytes = 0;
    for (const auto& statement : f.remedy.value_or(std::vector<std::string>{}))
        bytes += statement.size() + 4;
    return bytes;
}

/// Leaves out a remedy that is longer than an answer should be, and says so.
void shorten(finding& f, std::size_t most, std::string_view instead)
{
    if (bytes_of_remedy(f) <= most)
        return;
    f.remedy.reset();
    f.next = instead;
}

lint_report described(const lint& what, const surroundings& seen, std::int64_t count)
{
    return {
        .name = std::string(what.name),
        .level = std::string(to_string(what.level_in(seen))),
        .category = std::string(to_string(what.about)),
        .title = std::string(what.title),
        .description = std::string(what.description),
        .count = count,
        .findings = {},
        .objects = {},
        .next_cursor = {},
        .docs = what.documentation(),
    };
}

/// The first finding whole, the others by name.
lint_report overview_of(const lint& what, const surroundings& seen, found got)
{
    auto out = described(what, seen, got.count);
    shorten(
        got.findings.front(),
        longest_remedy_in_overview,
        fmt::format("the statements are long: call get_advisors with lint {}", what.name)
    );
    out.findings.push_back(std::move(got.findings.front()));
    for (auto& further : got.findings | std::views::drop(1)) {
        if (!out.objects)
            out.objects.emplace();
        out.objects->push_back(std::move(further.object));
    }
    return out;
}

std::string to_cursor(std::string_view object)
{
    return crypto::to_base64url(crypto::bytes_of(object));
}

result<std::string> from_cursor(std::string_view cursor)
{
    const auto bytes = crypto::from_base64url(cursor);
    const auto text = bytes ? crypto::text_of(*bytes) : std::string_view();
    if (!bytes || text.contains('\0'))
        return fail(
            condition::invalid_argument, "cursor: not one that this server gave", "leave cursor out to start over"
        );
    return std::string(text);
}

/// As many findings as the budget allows, at least one; more than `limit` were asked for when there are more.
lint_report page_of(const lint& what, const surroundings& seen, found got, std::size_t limit, std::size_t budget)
{
    auto out = described(what, seen, got.count);
    const auto there = got.findings.size();
    std::size_t bytes = 0;
    for (auto& f : got.findings | std::views::take(limit)) {
        shorten(
            f, longest_remedy, "the statements are too long for a result: take the policies of this table one by one"
        );
        bytes += f.object.size() + f.detail.size() + bytes_of_remedy(f) + f.next.value_or("").size() + 64;
        if (!out.findings.empty() && bytes > budget)
            break;
        out.findings.push_back(std::move(f));
    }
    if (out.findings.size() < there)
        out.next_cursor = to_cursor(out.findings.back().object);
    return out;
}

/// Notes a lint that could not look at everything, with the others that could not for the same reason.
void note(std::vector<unchecked>& in, const lint& what, gap why)
{
    const auto same = std::ranges::find(in, why.reason, &unchecked::reason);
    if (same != in.end()) {
        same->lints.emplace_back(what.name);
        return;
    }
    auto& out = in.emplace_back();
    out.lints.emplace_back(what.name);
    out.reason = std::move(why.reason);
    if (!why.next.empty())
        out.next = std::move(why.next);
    if (why.misses == gap::extent::part)
        out.partly = true;
}

/// A failure of one lint, told so that somebody can do something about it.
gap gap_from(const error& why)
{
    gap out{.reason = why.message, .next = why.hint};
    if (!why.server_text.empty())
        out.reason += fmt::format(" ({})", why.server_text);
    if (why.sqlstate == "42501")
        out.next = "use a login that may read the catalogue, such as the owner of the database";
    return out;
}

result<std::vector<const lint*>> chosen(const request& what)
{
    if (what.lint.empty() && !what.cursor.empty())
        return fail(
            condition::invalid_argument,
            "cursor: goes with the lint whose findings it continues",
            "pass lint as in the call that gave the cursor"
        );
    std::vector<const lint*> out;
    for (const auto& one : all_lints())
        if ((what.lint.empty() || one.name == what.lint) && (!what.about || one.about == *what.about))
            out.push_back(&one);
    if (!out.empty())
        return out;
    const auto* known = find_lint(what.lint);
    if (known != nullptr)
        return fail(
            condition::invalid_argument,
            fmt::format("type: {} is a lint of the other type", known->name),
            "leave type out when lint is given"
        );
    std::vector<std::string_view> names;
    for (const auto& one : all_lints())
        names.push_back(one.name);
    return fail(
        condition::invalid_argument,
        fmt::format("lint: there is none of the name \"{}\"", what.lint),
        fmt::format("use one of: {}", fmt::join(names, ", "))
    );
}

result<> all_exist(const surroundings& seen)
{
    if (seen.exposed.source != "argument" || seen.missing.empty())
        return {};
    return fail(
        condition::not_found,
        fmt::format("schemas: there is no schema \"{}\"", seen.missing.front()),
        "name schemas that exist, or leave schemas out to take those of the Data API's settings"
    );
}

void count(level_counts& in, const lint_report& what)
{
    auto& place = what.level == "ERROR" ? in.errors : what.level == "WARN" ? in.warnings : in.infos;
    place += what.count;
}

int rank(const lint_report& what)
{
    return what.level == "ERROR" ? 0 : what.level == "WARN" ? 1 : 2;
}

void finish(report& out, const request& what)
{
    std::ranges::sort(out.lints, {}, [](const lint_report& one) {
        return std::tuple(rank(one), -one.count, std::string_view(one.name));
    });
    for (const auto& one : out.lints)
        count(out.counts, one);
    if (what.lint.empty() && !out.lints.empty())
        out.next = "call again with lint for all findings of one; run the statements of a remedy with execute_sql "
                   "(queries), dry_run first";
}

} // namespace

boost::json::object published_report::json_schema()
{
    return {{"type", "object"}, {"properties", {{"lints", {{"type", "array"}}}}}};
}

io::task<result<report>> advise(pg::connection& db, request what, io::deadline until)
{
    const auto lints = CO_TRY(chosen(what));
    const auto after = CO_TRY(from_cursor(what.cursor));
    const auto seen = CO_TRY(co_await look_around(db, what.schemas, until));
    CO_TRY(all_exist(seen));
    const bool overview = what.lint.empty();
    const auto limit = what.limit.value_or(overview ? objects_in_overview : findings_per_page);
    report out{
        .exposed_schemas = seen.exposed.schemas,
        .exposed_from = seen.exposed.source,
        .counts = {},
        .lints = {},
        .not_checked = {},
        .next = {}
    };
    for (const auto* one : lints) {
        auto blind = one->blind_spot != nullptr ? one->blind_spot(seen) : std::nullopt;
        const bool runs = !blind || blind->misses == gap::extent::part;
        if (blind)
            note(out.not_checked, *one, *std::move(blind));
        if (!runs)
            continue;
        auto got = co_await look_for(db, *one, seen, after, overview ? limit : limit + 1, until);
        if (!got && (db.broken() || until.expired() || got.error().code == condition::cancelled))
            co_return std::unexpected(std::move(got).error());
        if (!got)
            note(out.not_checked, *one, gap_from(got.error()));
        else if (!got->findings.empty())
            out.lints.push_back(
                overview ? overview_of(*one, seen, *std::move(got))
                         : page_of(*one, seen, *std::move(got), limit, what.budget_bytes)
            );
    }
    finish(out, what);
    co_return out;
}

io::task<result<report>> engine::advise(std::string instance, request what, io::deadline until)
{
    const auto open = CO_TRY(co_await open_.of(std::move(instance)));
    auto lease = CO_TRY(co_await open->owner.acquire(until));
    co_return co_await advisors::advise(*lease, std::move(what), until);
}

} // namespace basekeeper::advisors
